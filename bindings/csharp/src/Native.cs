using System;
using System.Runtime.InteropServices;
using System.Text;

namespace Leasehold
{
    /// <summary>The C library: its functions and structs as leasehold.h has them.</summary>
    internal static class Native
    {
        internal const uint AbiVersion = 1u << 16;
        internal const long Never = -1;
        private const string Library = "leasehold";

        [StructLayout(LayoutKind.Sequential)]
        internal struct Error
        {
            internal int Code;
            internal IntPtr Name;
            internal IntPtr Message;
            internal IntPtr Hint;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct Options
        {
            internal UIntPtr Size;
            internal uint Flags;
            internal uint ConnectTimeoutMs;
            internal IntPtr State;
            internal IntPtr Hosts;
            internal IntPtr Root;
            internal IntPtr CaFile;
            internal IntPtr Instance;
            internal IntPtr HostName;
            internal IntPtr Directory;
            internal IntPtr DirectoryUser;
            internal IntPtr DirectoryPassword;
            internal IntPtr DirectoryBase;
            internal IntPtr TestClock;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct Standing
        {
            internal UIntPtr Size;
            internal int Kind;
            internal int Actual;
            internal int Why;
            internal int Mode;
            internal long Until;
            internal long RenewAt;
            internal long DaysLeft;
            internal long Now;
            internal int ClockSetBack;
            internal int Reserved;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct Event
        {
            internal UIntPtr Size;
            internal int Kind;
            internal int Result;
            internal IntPtr Message;
            internal Standing Standing;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct Prompt
        {
            internal UIntPtr Size;
            internal IntPtr Address;
            internal IntPtr Code;
            internal IntPtr AddressWithCode;
            internal ulong Seconds;
        }

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void Callback(IntPtr context, IntPtr given);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int SignInCallback(IntPtr context, IntPtr prompt);

        [DllImport(Library)] internal static extern IntPtr lh_last_error();
        [DllImport(Library)] internal static extern IntPtr lh_result_name(int code);
        [DllImport(Library)] internal static extern IntPtr lh_version();
        [DllImport(Library)] internal static extern void lh_free(IntPtr memory);
        [DllImport(Library)] internal static extern int lh_check_abi(uint header);
        [DllImport(Library)] internal static extern int lh_client_open(byte[] manifest, UIntPtr len, ref Options options, out ulong client);
        [DllImport(Library)] internal static extern int lh_client_close(ulong client);
        [DllImport(Library)] internal static extern int lh_client_standing(ulong client, ref Standing standing);
        [DllImport(Library)] internal static extern int lh_client_feature(ulong client, byte[] name, out int has);
        [DllImport(Library)] internal static extern int lh_client_message(ulong client, out IntPtr text);
        [DllImport(Library)] internal static extern int lh_client_status(ulong client, out IntPtr text);
        [DllImport(Library)] internal static extern int lh_client_doctor(ulong client, out IntPtr text);
        [DllImport(Library)] internal static extern int lh_client_activate(ulong client);
        [DllImport(Library)] internal static extern int lh_client_activate_with_key(ulong client, byte[] key, byte[] authority);
        [DllImport(Library)] internal static extern int lh_client_renew(ulong client);
        [DllImport(Library)] internal static extern int lh_client_borrow(ulong client, ulong seconds);
        [DllImport(Library)] internal static extern int lh_client_tick(ulong client);
        [DllImport(Library)] internal static extern int lh_client_release(ulong client);
        [DllImport(Library)] internal static extern int lh_client_request_for_host(ulong client, out IntPtr data, out UIntPtr len);
        [DllImport(Library)] internal static extern int lh_client_request_for_vendor(ulong client, byte[] key, out IntPtr data, out UIntPtr len);
        [DllImport(Library)] internal static extern int lh_client_install(ulong client, byte[] answer, UIntPtr len);
        [DllImport(Library)] internal static extern int lh_client_start_renewing(ulong client, Callback callback, IntPtr context);
        [DllImport(Library)] internal static extern int lh_client_stop_renewing(ulong client);
        [DllImport(Library)] internal static extern int lh_client_sign_in(ulong client, int way, SignInCallback callback, IntPtr context);
        [DllImport(Library)] internal static extern int lh_client_sign_out(ulong client);
        [DllImport(Library)] internal static extern int lh_client_devices(ulong client, out IntPtr text);
        [DllImport(Library)] internal static extern int lh_client_free_device(ulong client, byte[] device, out int freed);
        [DllImport(Library)] internal static extern int lh_read_key(byte[] typed, out IntPtr text);
        [DllImport(Library)]
        internal static extern int lh_verify(
            byte[] document, UIntPtr len, byte[] root, ulong at, byte[] revocations, UIntPtr revocationsLen, out IntPtr text);

        internal delegate int TextCall(out IntPtr text);
        internal delegate int BytesCall(out IntPtr data, out UIntPtr len);

        static Native()
        {
            Check(lh_check_abi(AbiVersion));
        }

        /// <summary>Throws what the last call on this thread has failed with.</summary>
        internal static void Check(int code)
        {
            if (code == 0)
            {
                return;
            }
            var last = (Error)Marshal.PtrToStructure(lh_last_error(), typeof(Error));
            throw new LeaseholdException(Text(last.Name), last.Code, Text(last.Message), Text(last.Hint));
        }

        internal static string TextOf(TextCall call)
        {
            IntPtr given;
            Check(call(out given));
            try
            {
                return Text(given);
            }
            finally
            {
                lh_free(given);
            }
        }

        internal static byte[] BytesOf(BytesCall call)
        {
            IntPtr given;
            UIntPtr len;
            Check(call(out given, out len));
            try
            {
                var bytes = new byte[checked((int)len)];
                Marshal.Copy(given, bytes, 0, bytes.Length);
                return bytes;
            }
            finally
            {
                lh_free(given);
            }
        }

        /// <summary>A text in UTF-8, as C reads it; null where that is null.</summary>
        internal static string Text(IntPtr text)
        {
            if (text == IntPtr.Zero)
            {
                return null;
            }
            var length = 0;
            while (Marshal.ReadByte(text, length) != 0)
            {
                length++;
            }
            var bytes = new byte[length];
            Marshal.Copy(text, bytes, 0, length);
            return Encoding.UTF8.GetString(bytes);
        }

        /// <summary>A text for C, with the zero at its end.</summary>
        internal static byte[] Bytes(string text, string name)
        {
            if (text == null)
            {
                return null;
            }
            if (text.IndexOf('\0') >= 0)
            {
                throw new LeaseholdException("invalid-argument", 1, name + " has a zero in it", "");
            }
            return Encoding.UTF8.GetBytes(text + "\0");
        }

        internal static string ResultName(int code)
        {
            return code == 0 ? null : Text(lh_result_name(code));
        }
    }
}
