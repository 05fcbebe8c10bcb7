using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace Leasehold
{
    /// <summary>
    /// The client of one product on this machine. Dispose it; every thread may use it. Opening waits for nothing and asking how it stands is
    /// cheap; what waits for the network has a form that ends in Async.
    /// </summary>
    public sealed class Client : IDisposable
    {
        private long handle;

        // What C calls has to live as long as it may be called.
        private Native.Callback callback;

        /// <summary>Opens the client of the product that the manifest describes.</summary>
        public Client(byte[] manifest, ClientOptions options = null)
        {
            if (manifest == null)
            {
                throw new ArgumentNullException("manifest");
            }
            // No bytes are a pointer to nothing, which C refuses for another reason.
            var bytes = manifest.Length == 0 ? new byte[1] : manifest;
            (options ?? new ClientOptions()).Use(given =>
            {
                ulong opened;
                Native.Check(Native.lh_client_open(bytes, (UIntPtr)(uint)manifest.Length, ref given, out opened));
                handle = (long)opened;
            });
        }

        /// <summary>Opens the client of the manifest in a file.</summary>
        public static Client FromFile(string path, ClientOptions options = null)
        {
            return new Client(File.ReadAllBytes(path), options);
        }

        /// <summary>The release of the C library.</summary>
        public static string Version
        {
            get { return Native.Text(Native.lh_version()); }
        }

        /// <summary>What happens in the background. Raised on a thread of the library, and not after Dispose; what it throws ends there.</summary>
        public event EventHandler<LeaseholdEventArgs> Happened;

        /// <summary>Closes the client; may be called twice. Everything else then fails with <c>bad-handle</c>.</summary>
        public void Dispose()
        {
            var open = (ulong)Interlocked.Exchange(ref handle, 0);
            if (open != 0)
            {
                Native.Check(Native.lh_client_close(open));
            }
            GC.SuppressFinalize(this);
        }

        /// <summary>Closes a client that was not disposed of.</summary>
        ~Client()
        {
            var open = (ulong)Interlocked.Exchange(ref handle, 0);
            if (open != 0)
            {
                Native.lh_client_close(open);
            }
        }

        /// <summary>What the product may do now.</summary>
        public Standing Standing
        {
            get
            {
                var given = new Native.Standing { Size = (UIntPtr)(uint)Marshal.SizeOf(typeof(Native.Standing)) };
                Native.Check(Native.lh_client_standing(Handle, ref given));
                return new Standing(given);
            }
        }

        /// <summary>The standing in words for the user.</summary>
        public string Message
        {
            get { return Native.TextOf((out IntPtr text) => Native.lh_client_message(Handle, out text)); }
        }

        /// <summary>All that the standing rests on: what <c>leasehold client status --json</c> prints.</summary>
        public string Status
        {
            get { return Native.TextOf((out IntPtr text) => Native.lh_client_status(Handle, out text)); }
        }

        /// <summary>Whether the application may offer the feature of this name now.</summary>
        public bool Feature(string name)
        {
            int has;
            Native.Check(Native.lh_client_feature(Handle, Native.Bytes(name, "name"), out has));
            return has == 1;
        }

        /// <summary>What <c>leasehold doctor --json</c> prints. Waits for the network.</summary>
        public string Doctor()
        {
            return Native.TextOf((out IntPtr text) => Native.lh_client_doctor(Handle, out text));
        }

        /// <summary>Asks for a lease now. Waits for the network.</summary>
        public void Activate()
        {
            Native.Check(Native.lh_client_activate(Handle));
        }

        /// <summary>Activates the product with a multiple key, at the vendor's authority. Waits for the network.</summary>
        public void Activate(string key, string authority)
        {
            var address = Native.Bytes(authority, "authority");
            Native.Check(Native.lh_client_activate_with_key(Handle, Native.Bytes(key, "key"), address));
        }

        /// <summary>Renews the lease now. Waits for the network.</summary>
        public void Renew()
        {
            Native.Check(Native.lh_client_renew(Handle));
        }

        /// <summary>
        /// Borrows: asks a host for a lease that lasts for so long, to be used without a network; Release gives it back earlier. Where the
        /// lease that was given ends before, that is a LeaseholdException with the code borrowed-less. Waits for the network.
        /// </summary>
        public void Borrow(TimeSpan length)
        {
            var seconds = Math.Max(length.Ticks / TimeSpan.TicksPerSecond, 0);
            Native.Check(Native.lh_client_borrow(Handle, (ulong)seconds));
        }

        /// <summary>Asks for a lease if it is time to; for programs with a loop of their own.</summary>
        public void Tick()
        {
            Native.Check(Native.lh_client_tick(Handle));
        }

        /// <summary>Gives the lease back. Waits for the network.</summary>
        public void Release()
        {
            Native.Check(Native.lh_client_release(Handle));
        }

        /// <summary>As Activate, on another thread.</summary>
        public Task ActivateAsync()
        {
            return Task.Run(() => Activate());
        }

        /// <summary>As Renew, on another thread.</summary>
        public Task RenewAsync()
        {
            return Task.Run(() => Renew());
        }

        /// <summary>As Borrow, on another thread.</summary>
        public Task BorrowAsync(TimeSpan length)
        {
            return Task.Run(() => Borrow(length));
        }

        /// <summary>As Release, on another thread.</summary>
        public Task ReleaseAsync()
        {
            return Task.Run(() => Release());
        }

        /// <summary>As Doctor, on another thread.</summary>
        public Task<string> DoctorAsync()
        {
            return Task.Run(() => Doctor());
        }

        /// <summary>The request for a host, to be carried there as a file.</summary>
        public byte[] RequestForHost()
        {
            return Native.BytesOf((out IntPtr data, out UIntPtr len) => Native.lh_client_request_for_host(Handle, out data, out len));
        }

        /// <summary>The request of a machine with a multiple key, to be carried to the vendor.</summary>
        public byte[] RequestForVendor(string key)
        {
            var given = Native.Bytes(key, "key");
            return Native.BytesOf(
                (out IntPtr data, out UIntPtr len) => Native.lh_client_request_for_vendor(Handle, given, out data, out len));
        }

        /// <summary>Stores the answer to a request that was carried.</summary>
        public void Install(byte[] answer)
        {
            Native.Check(Native.lh_client_install(Handle, answer, (UIntPtr)(uint)(answer == null ? 0 : answer.Length)));
        }

        /// <summary>Renews in the background from now on, and raises <see cref="Happened"/>.</summary>
        public void StartRenewing()
        {
            // The library holds the callback while the client is open, and the callback does not hold the client.
            var client = new WeakReference(this);
            Native.Callback called = (context, given) => Tell((Client)client.Target, given);
            Native.Check(Native.lh_client_start_renewing(Handle, called, IntPtr.Zero));
            callback = called;
        }

        /// <summary>Renews in the background no more. Nothing is raised once this returns.</summary>
        public void StopRenewing()
        {
            Native.Check(Native.lh_client_stop_renewing(Handle));
            GC.KeepAlive(callback);
        }

        /// <summary>
        /// Has the user sign in, and asks for a lease. Waits for the user until it is cancelled. <paramref name="show"/> gets the address to open, and
        /// the code to enter there, which is null where a browser on this machine is to be opened.
        /// </summary>
        public void SignIn(Action<string, string> show, bool browser = false, CancellationToken cancelled = default(CancellationToken))
        {
            Exception thrown = null;
            Native.SignInCallback called = (context, given) =>
            {
                try
                {
                    if (given != IntPtr.Zero)
                    {
                        var prompt = (Native.Prompt)Marshal.PtrToStructure(given, typeof(Native.Prompt));
                        show(Native.Text(prompt.Address), Native.Text(prompt.Code));
                    }
                    return cancelled.IsCancellationRequested ? 1 : 0;
                }
                catch (Exception error)
                {
                    thrown = error;
                    return 1;
                }
            };
            var code = Native.lh_client_sign_in(Handle, browser ? 1 : 0, called, IntPtr.Zero);
            GC.KeepAlive(called);
            if (thrown != null)
            {
                throw thrown;
            }
            if (code != 0)
            {
                cancelled.ThrowIfCancellationRequested();
            }
            Native.Check(code);
        }

        /// <summary>Gives the user's lease back and forgets the tokens.</summary>
        public void SignOut()
        {
            Native.Check(Native.lh_client_sign_out(Handle));
        }

        /// <summary>The devices on which the user holds leases, as JSON.</summary>
        public string Devices()
        {
            return Native.TextOf((out IntPtr text) => Native.lh_client_devices(Handle, out text));
        }

        /// <summary>Ends the user's leases on a device; whether there were any.</summary>
        public bool FreeDevice(string device)
        {
            int freed;
            Native.Check(Native.lh_client_free_device(Handle, Native.Bytes(device, "device"), out freed));
            return freed == 1;
        }

        private ulong Handle
        {
            get { return (ulong)Interlocked.Read(ref handle); }
        }

        private static void Tell(Client client, IntPtr given)
        {
            try
            {
                var happened = client == null ? null : client.Happened;
                if (happened != null)
                {
                    happened(client, new LeaseholdEventArgs(given));
                }
            }
            catch (Exception)
            {
                // C cannot go on with it.
            }
        }
    }
}
