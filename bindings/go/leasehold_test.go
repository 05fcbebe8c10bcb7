package leasehold_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	leasehold "github.com/leasehold/leasehold/bindings/go"
)

// command commands the test host, which scripts/bindings starts.
func command(t *testing.T, path, body string) {
	t.Helper()
	answer, err := http.Post(os.Getenv("LEASEHOLD_TEST_CONTROL")+"/test/"+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s", path, body, answer.Status)
	}
}

func manifest(t *testing.T) []byte {
	t.Helper()
	bytes, err := os.ReadFile(os.Getenv("LEASEHOLD_TEST_MANIFEST"))
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}

func open(t *testing.T, change ...func(*leasehold.Options)) *leasehold.Client {
	t.Helper()
	command(t, "fault", `{"fault": "none"}`)
	// An attempt whose context has ended may write there still: it is removed with the test host.
	state, err := os.MkdirTemp(os.Getenv("LEASEHOLD_TEST_FOLDER"), "go")
	if err != nil {
		t.Fatal(err)
	}
	options := leasehold.Options{State: state, Instance: state, NoDNS: true}
	for _, change := range change {
		change(&options)
	}
	client, err := leasehold.Open(manifest(t), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func is(t *testing.T, err error, code leasehold.Code) {
	t.Helper()
	if !errors.Is(err, code) || err.Error() == "" {
		t.Fatalf("%v is not %s", err, code)
	}
}

func stands(t *testing.T, client *leasehold.Client, kind leasehold.StandingKind) leasehold.Standing {
	t.Helper()
	standing, err := client.Standing()
	if err != nil || standing.Kind != kind {
		t.Fatalf("%v, %v, not %v", standing.Kind, err, kind)
	}
	return standing
}

func TestEveryStandingIsSeen(t *testing.T) {
	client, ctx := open(t), context.Background()
	stands(t, client, leasehold.Unactivated)
	if err := client.Activate(ctx); err != nil {
		t.Fatal(err)
	}
	standing := stands(t, client, leasehold.Licensed)
	if !standing.RenewAt.After(standing.Now) || !standing.Until.After(standing.RenewAt) || standing.Why != "" {
		t.Fatal(standing)
	}
	has, err := client.Feature("simulation")
	if err != nil || !has {
		t.Fatal(has, err)
	}
	message, err := client.Message()
	if err != nil || !strings.HasPrefix(message, "activated until ") {
		t.Fatal(message, err)
	}
	status, err := client.Status()
	if err != nil || !bytes.Contains(status, []byte(`"licensed"`)) {
		t.Fatal(string(status), err)
	}
	if _, err := client.Doctor(ctx); err != nil {
		t.Fatal(err)
	}
	command(t, "clock", `{"advance": "181d"}`)
	if standing := stands(t, client, leasehold.Grace); standing.Why != "expired" {
		t.Fatal(standing)
	}
	command(t, "clock", `{"advance": "30d"}`)
	if stands(t, client, leasehold.Reduced).AllowsChanges() {
		t.Fatal("it is reduced")
	}
	if err := client.Activate(ctx); err != nil {
		t.Fatal(err)
	}
	if err := client.Release(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestARefusalIsAnErrorWithItsCode(t *testing.T) {
	client, ctx := open(t), context.Background()
	command(t, "fault", `{"fault": "capacity-reached"}`)
	err := client.Activate(ctx)
	is(t, err, leasehold.CapacityReached)
	var whole *leasehold.Error
	if !errors.As(err, &whole) || whole.Hint == "" || errors.Is(err, leasehold.Revoked) {
		t.Fatal(err)
	}
	command(t, "fault", `{"fault": "dead"}`)
	is(t, client.Activate(ctx), leasehold.HostUnreachable)
	command(t, "fault", `{"fault": "none"}`)
}

func TestAPlaceIsBorrowedAsLongAsTheLicenceLetsIt(t *testing.T) {
	client, ctx := open(t), context.Background()
	before := stands(t, client, leasehold.Unactivated).Now
	if err := client.Borrow(ctx, 72*time.Hour); err != nil {
		t.Fatal(err)
	}
	if until := stands(t, client, leasehold.Licensed).Until; until.Sub(before) < 72*time.Hour {
		t.Fatalf("from %v until %v", before, until)
	}
	is(t, client.Borrow(ctx, 400*24*time.Hour), leasehold.BorrowedLess)
	stands(t, client, leasehold.Licensed)
	if err := client.Release(ctx); err != nil {
		t.Fatal(err)
	}
	stands(t, client, leasehold.Unactivated)
}

func TestAContextEndsTheWait(t *testing.T) {
	client := open(t)
	command(t, "fault", `{"fault": "silent"}`)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := client.Activate(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := client.Activate(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	// What waits for the host ends with it.
	command(t, "fault", `{"fault": "none"}`)
}

func TestItRenewsInTheBackgroundAndSaysSo(t *testing.T) {
	client := open(t)
	events := make(chan leasehold.Event, 10)
	if err := client.StartRenewing(func(event leasehold.Event) { events <- event }); err != nil {
		t.Fatal(err)
	}
	is(t, client.StartRenewing(nil), leasehold.AlreadyRenewing)
	for event := range events {
		if event.Code != "" {
			t.Fatal(event)
		}
		if event.Kind == leasehold.Changed {
			break
		}
	}
	stands(t, client, leasehold.Licensed)
	if err := client.StopRenewing(); err != nil {
		t.Fatal(err)
	}
}

func TestAClosedClientIsAnErrorAndClosingTwiceIsNone(t *testing.T) {
	client, ctx := open(t), context.Background()
	var group sync.WaitGroup
	for range 4 {
		group.Add(1)
		go func() {
			defer group.Done()
			if err := client.Close(); err != nil {
				t.Error(err)
			}
		}()
	}
	group.Wait()
	_, err := client.Standing()
	is(t, err, leasehold.BadHandle)
	_, err = client.Message()
	is(t, err, leasehold.BadHandle)
	_, err = client.RequestForHost()
	is(t, err, leasehold.BadHandle)
	for _, err := range []error{client.Activate(ctx), client.Renew(ctx), client.Release(ctx), client.Tick(ctx), client.StartRenewing(nil), client.StopRenewing()} {
		is(t, err, leasehold.BadHandle)
	}
}

func TestBadInputIsAnErrorWithAMessage(t *testing.T) {
	client, ctx := open(t), context.Background()
	for code, options := range map[leasehold.Code]leasehold.Options{
		leasehold.InvalidArgument: {Hosts: []string{"a:0"}},
		leasehold.ForeignManifest: {Root: strings.Repeat("01", 32)},
		leasehold.File:            {CAFile: "/no/such/file"},
	} {
		_, err := leasehold.Open(manifest(t), options)
		is(t, err, code)
	}
	_, err := leasehold.Open(nil, leasehold.Options{})
	is(t, err, leasehold.InvalidArgument)
	_, err = leasehold.Open([]byte{}, leasehold.Options{})
	is(t, err, leasehold.Malformed)
	_, err = leasehold.Open([]byte("junk"), leasehold.Options{State: "a\x00b"})
	is(t, err, leasehold.InvalidArgument)
	_, err = leasehold.OpenFile("/no/such/file", leasehold.Options{})
	if !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	is(t, client.ActivateWithKey(ctx, "not a key", "authority"), leasehold.NotAProductKey)
	is(t, client.Install([]byte("junk")), leasehold.Malformed)
	_, err = client.Feature("\xff")
	is(t, err, leasehold.InvalidArgument)
	nowhere := open(t, func(options *leasehold.Options) { options.State = "/proc/no-such-place" })
	is(t, nowhere.Activate(ctx), leasehold.StateUnusable)
	if full := os.Getenv("LEASEHOLD_TEST_FULL_DISK"); full != "" {
		is(t, open(t, func(options *leasehold.Options) { options.State = full }).Activate(ctx), leasehold.StateFull)
	}
	request, err := client.RequestForHost()
	if err != nil || request[0] != 0xd2 {
		t.Fatal(request, err)
	}
}

func TestVectors(t *testing.T) {
	read := func(name string, into any) {
		text, err := os.ReadFile(filepath.Join(os.Getenv("LEASEHOLD_VECTORS"), name))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, into); err != nil {
			t.Fatal(err)
		}
	}
	var keys struct {
		Valid   []struct{ Typed, Key, Kind string }
		Invalid []struct{ Typed, Why string }
	}
	read("keys.json", &keys)
	for _, vector := range keys.Valid {
		if key, err := leasehold.ReadKey(vector.Typed); err != nil || key.Key != vector.Key || key.Kind != vector.Kind {
			t.Error(vector, key, err)
		}
	}
	for _, vector := range keys.Invalid {
		_, err := leasehold.ReadKey(vector.Typed)
		is(t, err, leasehold.Code(vector.Why))
	}
	var documents struct {
		Cases []struct {
			Name, Hex, Root, Revocations, Reason string
			At                                   int64
			Valid                                bool
		}
	}
	read("documents.json", &documents)
	for _, vector := range documents.Cases {
		document, _ := hex.DecodeString(vector.Hex)
		var revocations []byte
		if vector.Revocations != "" {
			revocations, _ = hex.DecodeString(vector.Revocations)
		}
		_, err := leasehold.Verify(document, vector.Root, time.Unix(vector.At, 0), revocations)
		if vector.Valid && err != nil || !vector.Valid && !errors.Is(err, leasehold.Code(vector.Reason)) {
			t.Error(vector.Name, err, vector.Reason)
		}
	}
}
