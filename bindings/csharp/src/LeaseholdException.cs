using System;

namespace Leasehold
{
    /// <summary>What went wrong. A refusal by a host is one too.</summary>
    public sealed class LeaseholdException : Exception
    {
        internal LeaseholdException(string code, int number, string message, string hint) : base(message)
        {
            Code = code;
            Number = number;
            Hint = hint;
        }

        /// <summary>The stable code, such as <c>threshold-not-met</c>.</summary>
        public string Code { get; private set; }

        /// <summary>Its number in leasehold.h.</summary>
        public int Number { get; private set; }

        /// <summary>What to do about it; may be empty.</summary>
        public string Hint { get; private set; }
    }
}
