using System;
using Leasehold;

/// <summary>A drawing program with a licence: App acme-cad.lh, then draw or simulate, a line each.</summary>
internal static class App
{
    private static int Main(string[] arguments)
    {
        // A real application holds its manifest among its resources.
        using (var client = Client.FromFile(arguments[0]))
        {
            Console.WriteLine(Describe(client));
            string command;
            while ((command = Console.ReadLine()) != null)
            {
                if (command == "activate")
                {
                    client.Activate();
                    Console.WriteLine(Describe(client));
                }
                else if (command == "draw" && client.Standing.AllowsChanges)
                {
                    Console.WriteLine("drawn");
                }
                else if (command == "simulate" && client.Feature("simulation"))
                {
                    Console.WriteLine("simulated");
                }
                else
                {
                    Console.WriteLine("{0}: not possible; {1}", command, Describe(client));
                }
            }
        }
        return 0;
    }

    private static string Describe(Client client)
    {
        var standing = client.Standing;
        switch (standing.Kind)
        {
            case StandingKind.Licensed:
                return "licensed";
            case StandingKind.Reduced:
                return "read-only (" + standing.Why + ")";
            default:
                return client.Message;
        }
    }
}
