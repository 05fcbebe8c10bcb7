using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace Leasehold
{
    /// <summary>What may be set about a client; what is null is taken from the environment unless that is ignored.</summary>
    public sealed class ClientOptions
    {
        /// <summary>The state folder.</summary>
        public string State { get; set; }

        /// <summary>Addresses of hosts, by commas, in the order in which they are tried.</summary>
        public string Hosts { get; set; }

        /// <summary>The root key that the manifest must have, 64 hexadecimal digits.</summary>
        public string Root { get; set; }

        /// <summary>A file with the certificates trusted for https hosts, and no others.</summary>
        public string CaFile { get; set; }

        /// <summary>The id by which a container is recognised.</summary>
        public string Instance { get; set; }

        /// <summary>The name that hosts get to know; an empty text for none.</summary>
        public string HostName { get; set; }

        /// <summary>Servers of a directory by commas, <c>domain</c> or <c>off</c>.</summary>
        public string Directory { get; set; }

        /// <summary>As whom the directory is read.</summary>
        public string DirectoryUser { get; set; }

        /// <summary>The password of that user.</summary>
        public string DirectoryPassword { get; set; }

        /// <summary>The base of a directory that is not Active Directory.</summary>
        public string DirectoryBase { get; set; }

        /// <summary>For tests: seconds with a sign, or a file that holds them.</summary>
        public string TestClock { get; set; }

        /// <summary>How long one address may take to accept a connection; zero for the default.</summary>
        public TimeSpan ConnectTimeout { get; set; }

        /// <summary>Looks for no hosts in DNS.</summary>
        public bool NoDns { get; set; }

        /// <summary>Takes nothing from the environment.</summary>
        public bool NoEnvironment { get; set; }

        /// <summary>Calls with the options as C takes them.</summary>
        internal void Use(Action<Native.Options> use)
        {
            var texts = new List<IntPtr>();
            Func<string, string, IntPtr> given = (text, name) =>
            {
                var bytes = Native.Bytes(text, name);
                if (bytes == null)
                {
                    return IntPtr.Zero;
                }
                var copy = Marshal.AllocHGlobal(bytes.Length);
                texts.Add(copy);
                Marshal.Copy(bytes, 0, copy, bytes.Length);
                return copy;
            };
            try
            {
                use(new Native.Options
                {
                    Size = (UIntPtr)(uint)Marshal.SizeOf(typeof(Native.Options)),
                    Flags = (NoEnvironment ? 1u : 0u) | (NoDns ? 2u : 0u),
                    ConnectTimeoutMs = checked((uint)ConnectTimeout.TotalMilliseconds),
                    State = given(State, "State"),
                    Hosts = given(Hosts, "Hosts"),
                    Root = given(Root, "Root"),
                    CaFile = given(CaFile, "CaFile"),
                    Instance = given(Instance, "Instance"),
                    HostName = given(HostName, "HostName"),
                    Directory = given(Directory, "Directory"),
                    DirectoryUser = given(DirectoryUser, "DirectoryUser"),
                    DirectoryPassword = given(DirectoryPassword, "DirectoryPassword"),
                    DirectoryBase = given(DirectoryBase, "DirectoryBase"),
                    TestClock = given(TestClock, "TestClock"),
                });
            }
            finally
            {
                texts.ForEach(Marshal.FreeHGlobal);
            }
        }
    }
}
