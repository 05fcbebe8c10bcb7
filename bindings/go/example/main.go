// A drawing program with a licence: `example acme-cad.lh`, then `draw` or `simulate`, a line each.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"

	leasehold "github.com/leasehold/leasehold/bindings/go"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run() error {
	// A real application embeds its manifest: //go:embed acme-cad.lh
	client, err := leasehold.OpenFile(os.Args[1], leasehold.Options{})
	if err != nil {
		return err
	}
	defer client.Close()
	fmt.Println(describe(client))
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		switch command := lines.Text(); {
		case command == "activate":
			if err := client.Activate(context.Background()); err != nil {
				fmt.Fprintln(os.Stderr, "error:", err)
			}
			fmt.Println(describe(client))
		case command == "draw" && mayChange(client):
			fmt.Println("drawn")
		case command == "simulate" && has(client, "simulation"):
			fmt.Println("simulated")
		default:
			fmt.Printf("%s: not possible; %s\n", command, describe(client))
		}
	}
	return lines.Err()
}

func describe(client *leasehold.Client) string {
	standing, err := client.Standing()
	if err != nil {
		return err.Error()
	}
	switch standing.Kind {
	case leasehold.Licensed:
		return "licensed"
	case leasehold.Reduced:
		return fmt.Sprintf("read-only (%s)", standing.Why)
	default:
		message, _ := client.Message()
		return message
	}
}

// Everything works until the standing is reduced.
func mayChange(client *leasehold.Client) bool {
	standing, err := client.Standing()
	return err == nil && standing.AllowsChanges()
}

func has(client *leasehold.Client, feature string) bool {
	has, err := client.Feature(feature)
	return err == nil && has
}
