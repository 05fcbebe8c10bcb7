using System;
using System.Runtime.InteropServices;

namespace Leasehold
{
    /// <summary>What the application may do.</summary>
    public enum StandingKind
    {
        /// <summary>No lease yet, within the initial grace: run, remind.</summary>
        Unactivated = 1,

        /// <summary>A valid lease: run.</summary>
        Licensed = 2,

        /// <summary>The lease has ended a short while ago, or the machine has become another one: run, warn.</summary>
        Grace = 3,

        /// <summary>Read-only, or as the vendor decides.</summary>
        Reduced = 4,
    }

    /// <summary>What a client may do now, and until when.</summary>
    public sealed class Standing
    {
        internal Standing(Native.Standing given)
        {
            Kind = (StandingKind)given.Kind;
            Actual = (StandingKind)given.Actual;
            Why = Native.ResultName(given.Why);
            Until = Time(given.Until);
            RenewAt = Time(given.RenewAt);
            DaysLeft = given.DaysLeft == Native.Never ? (long?)null : given.DaysLeft;
            Now = Time(given.Now).GetValueOrDefault();
            ClockSetBack = given.ClockSetBack == 1;
        }

        /// <summary>What the application may do.</summary>
        public StandingKind Kind { get; private set; }

        /// <summary>The same without regard to the manifest's mode.</summary>
        public StandingKind Actual { get; private set; }

        /// <summary>The code of why it is not licensed (<c>expired</c>); null where there is no such reason.</summary>
        public string Why { get; private set; }

        /// <summary>When it ends by itself; null where it does not.</summary>
        public DateTimeOffset? Until { get; private set; }

        /// <summary>When the client renews next; null where there is nothing to renew.</summary>
        public DateTimeOffset? RenewAt { get; private set; }

        /// <summary>Whole days until it ends by itself; null where it does not.</summary>
        public long? DaysLeft { get; private set; }

        /// <summary>The time that it was decided for.</summary>
        public DateTimeOffset Now { get; private set; }

        /// <summary>Whether the clock of this machine is set back.</summary>
        public bool ClockSetBack { get; private set; }

        /// <summary>Everything works until the standing is reduced.</summary>
        public bool AllowsChanges
        {
            get { return Kind != StandingKind.Reduced; }
        }

        private static DateTimeOffset? Time(long seconds)
        {
            return seconds == Native.Never ? (DateTimeOffset?)null : Epoch.AddSeconds(seconds);
        }

        private static readonly DateTimeOffset Epoch = new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero);
    }

    /// <summary>What happened in the background.</summary>
    public enum EventKind
    {
        /// <summary>The client has asked for a lease.</summary>
        Attempt = 1,

        /// <summary>The standing or the features are others than before.</summary>
        Changed = 2,
    }

    /// <summary>What happened in the background.</summary>
    public sealed class LeaseholdEventArgs : EventArgs
    {
        internal LeaseholdEventArgs(IntPtr pointer)
        {
            var given = (Native.Event)Marshal.PtrToStructure(pointer, typeof(Native.Event));
            Kind = (EventKind)given.Kind;
            Error = Native.ResultName(given.Result);
            Message = Native.Text(given.Message);
            Standing = new Standing(given.Standing);
        }

        /// <summary>What happened.</summary>
        public EventKind Kind { get; private set; }

        /// <summary>The code of what went wrong; null where nothing did.</summary>
        public string Error { get; private set; }

        /// <summary>What went wrong, in one line.</summary>
        public string Message { get; private set; }

        /// <summary>How the client stands now.</summary>
        public Standing Standing { get; private set; }
    }
}
