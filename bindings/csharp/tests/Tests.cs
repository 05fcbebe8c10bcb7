using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Reflection;
using System.Threading;
using Leasehold;

/// <summary>Against a real host, which scripts/bindings starts: each public method is a test.</summary>
internal static class Program
{
    private static int Main()
    {
        var failed = 0;
        var tests = typeof(Tests).GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly);
        foreach (var test in tests)
        {
            try
            {
                test.Invoke(null, null);
            }
            catch (TargetInvocationException error)
            {
                failed++;
                Console.Error.WriteLine("{0}: {1}", test.Name, error.InnerException);
            }
        }
        Console.WriteLine("csharp: {0} passed, {1} failed", tests.Length - failed, failed);
        return failed == 0 ? 0 : 1;
    }
}

internal static class Tests
{
    public static void EveryStandingIsSeen()
    {
        using (var client = Open("standings"))
        {
            Same(StandingKind.Unactivated, client.Standing.Kind);
            Same(false, client.Feature("simulation"));
            client.ActivateAsync().Wait();
            var standing = client.Standing;
            Same(StandingKind.Licensed, standing.Kind);
            Same(true, standing.Now < standing.RenewAt && standing.RenewAt < standing.Until);
            Same(true, client.Feature("simulation"));
            Same(true, client.Message.StartsWith("activated until "));
            Same(true, client.Status.Contains("\"licensed\"") && client.Doctor().Contains("\"checks\""));
            Command("clock", "{\"advance\": \"181d\"}");
            Same(StandingKind.Grace, client.Standing.Kind);
            Same("expired", client.Standing.Why);
            Command("clock", "{\"advance\": \"30d\"}");
            Same(false, client.Standing.AllowsChanges);
            client.Activate();
            client.Release();
        }
    }

    public static void ARefusalIsAnExceptionWithItsCode()
    {
        using (var client = Open("refused"))
        {
            Command("fault", "{\"fault\": \"capacity-reached\"}");
            Fails("capacity-reached", client.Activate);
            Command("fault", "{\"fault\": \"dead\"}");
            Fails("host-unreachable", client.Activate);
        }
    }

    public static void APlaceIsBorrowedAsLongAsTheLicenceLetsIt()
    {
        using (var client = Open("borrowed"))
        {
            var before = client.Standing.Now;
            client.Borrow(TimeSpan.FromDays(3));
            Same(true, client.Standing.Until.Value - before >= TimeSpan.FromDays(3));
            Fails("borrowed-less", () => client.Borrow(TimeSpan.FromDays(400)));
            Same(StandingKind.Licensed, client.Standing.Kind);
            client.Release();
            Same(StandingKind.Unactivated, client.Standing.Kind);
        }
    }

    public static void ItRenewsInTheBackgroundAndSaysSo()
    {
        var told = new ManualResetEvent(false);
        using (var client = Open("background"))
        {
            client.Happened += (sender, happened) =>
            {
                if (happened.Kind == EventKind.Changed && happened.Standing.Kind == StandingKind.Licensed)
                {
                    told.Set();
                }
                throw new InvalidOperationException("ends here");
            };
            client.StartRenewing();
            Fails("already-renewing", client.StartRenewing);
            Same(true, told.WaitOne());
            client.StopRenewing();
        }
    }

    public static void AClosedClientIsAnExceptionAndClosingTwiceIsNone()
    {
        var client = Open("closed");
        var threads = new List<Thread>();
        for (var i = 0; i < 4; i++)
        {
            threads.Add(new Thread(client.Dispose));
        }
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        client.Dispose();
        Fails("bad-handle", () => client.Standing.ToString());
        Fails("bad-handle", () => client.Message.ToString());
        Fails("bad-handle", client.Activate);
        Fails("bad-handle", client.Renew);
        Fails("bad-handle", client.Release);
        Fails("bad-handle", client.StartRenewing);
        Fails("bad-handle", () => client.RequestForHost());
    }

    public static void BadInputIsAnExceptionWithAMessage()
    {
        Fails("malformed", () => new Client(new byte[0]));
        Fails("malformed", () => new Client(new byte[] { 1, 2, 3 }));
        Fails("invalid-argument", () => new Client(Manifest, new ClientOptions { Hosts = "a:0" }));
        Fails("invalid-argument", () => new Client(Manifest, new ClientOptions { State = "a\0b" }));
        var root = new string('1', 64);
        Fails("foreign-manifest", () => new Client(Manifest, new ClientOptions { Root = root }));
        using (var client = Open("input"))
        {
            Fails("not-a-product-key", () => client.Activate("not a key", "authority"));
            Fails("invalid-argument", () => client.Install(null));
            Fails("malformed", () => client.Install(new byte[] { 1 }));
            Fails("invalid-argument", () => client.Feature(null));
            Same(0xd2, (int)client.RequestForHost()[0]);
        }
        using (var client = new Client(Manifest, new ClientOptions { State = "/proc/no-such-place", Instance = "nowhere", NoDns = true }))
        {
            Fails("state-unusable", client.Activate);
        }
        var full = Environment.GetEnvironmentVariable("LEASEHOLD_TEST_FULL_DISK");
        if (full != null)
        {
            using (var client = new Client(Manifest, new ClientOptions { State = full, Instance = "full", NoDns = true }))
            {
                Fails("state-full", client.Activate);
            }
        }
    }

    public static void Vectors()
    {
        foreach (var line in File.ReadAllLines(Environment.GetEnvironmentVariable("LEASEHOLD_TEST_VECTORS")))
        {
            var fields = line.Split('\t');
            if (fields[0] == "key")
            {
                Outcome(fields[2], () => Documents.ReadKey(fields[1]));
            }
            else
            {
                var revocations = fields[5].Length == 0 ? null : Unhex(fields[5]);
                Outcome(fields[6], () =>
                {
                    Documents.Verify(Unhex(fields[2]), fields[3], ulong.Parse(fields[4]), revocations);
                    return "valid";
                });
            }
        }
    }

    private static void Outcome(string expected, Func<string> call)
    {
        string found;
        try
        {
            found = call();
        }
        catch (LeaseholdException error)
        {
            found = error.Code;
        }
        Same(true, found.Contains(expected), found + ", not " + expected);
    }

    private static Client Open(string name)
    {
        Command("fault", "{\"fault\": \"none\"}");
        var state = Path.Combine(Environment.GetEnvironmentVariable("LEASEHOLD_TEST_FOLDER"), name);
        return new Client(Manifest, new ClientOptions { State = state, Instance = name, NoDns = true });
    }

    private static byte[] Manifest
    {
        get { return File.ReadAllBytes(Environment.GetEnvironmentVariable("LEASEHOLD_TEST_MANIFEST")); }
    }

    private static void Command(string path, string body)
    {
        using (var web = new WebClient())
        {
            web.UploadString(Environment.GetEnvironmentVariable("LEASEHOLD_TEST_CONTROL") + "/test/" + path, body);
        }
    }

    private static void Fails(string code, Action call)
    {
        try
        {
            call();
        }
        catch (LeaseholdException error)
        {
            Same(code, error.Code, error.Message);
            Same(true, error.Message.Length > 0 && error.Number > 0);
            return;
        }
        throw new InvalidOperationException("it does not fail with " + code);
    }

    private static void Same<T>(T expected, T found, string told = "")
    {
        if (!EqualityComparer<T>.Default.Equals(expected, found))
        {
            throw new InvalidOperationException(string.Format("{0}, not {1} {2}", found, expected, told));
        }
    }

    private static byte[] Unhex(string text)
    {
        var bytes = new byte[text.Length / 2];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = Convert.ToByte(text.Substring(2 * i, 2), 16);
        }
        return bytes;
    }
}
