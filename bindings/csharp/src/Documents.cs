using System;

namespace Leasehold
{
    /// <summary>Product keys and documents, looked at without a client. What they say is JSON.</summary>
    public static class Documents
    {
        /// <summary>
        /// Reads a product key as a user types it: <c>key</c>, <c>kind</c>, <c>number</c>. The hint of the exception has the key that was
        /// meant, where only one can be.
        /// </summary>
        public static string ReadKey(string typed)
        {
            var given = Native.Bytes(typed, "typed");
            return Native.TextOf((out IntPtr text) => Native.lh_read_key(given, out text));
        }

        /// <summary>Verifies a document below a root key (64 hexadecimal digits) at a time in seconds since 1970.</summary>
        public static string Verify(byte[] document, string root, ulong at, byte[] revocations = null)
        {
            var key = Native.Bytes(root, "root");
            var listed = (UIntPtr)(uint)(revocations == null ? 0 : revocations.Length);
            var size = (UIntPtr)(uint)document.Length;
            var bytes = document.Length == 0 ? new byte[1] : document;
            return Native.TextOf((out IntPtr text) => Native.lh_verify(bytes, size, key, at, revocations, listed, out text));
        }
    }
}
