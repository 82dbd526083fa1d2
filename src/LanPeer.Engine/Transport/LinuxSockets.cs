using System;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace LanPeer.Transport;

/// <summary>What sendmmsg(2) and recvmmsg(2) take, as Linux lays it out on 64-bit little-endian machines.</summary>
internal static unsafe partial class LinuxSockets
{
    /// <summary>The first datagram is waited for, the others are not.</summary>
    public const int WaitForOne = 0x10000;

    public const int DontWait = 0x40;

    /// <summary>SOL_UDP.</summary>
    public const int UdpLevel = 17;

    /// <summary>UDP_SEGMENT: the kernel cuts one large send into datagrams of this size (Linux 4.18).</summary>
    public const int UdpSegment = 103;

    /// <summary>UDP_GRO: datagrams of one sender and size may be received as one (Linux 5.0).</summary>
    public const int UdpGro = 104;

    /// <summary>Bytes of a control message with four bytes of data (CMSG_SPACE).</summary>
    public const int ControlSpace = 24;

    public const int Eintr = 4;
    public const int Eio = 5;
    public const int Ebadf = 9;
    public const int Eagain = 11;
    public const int Einval = 22;
    public const int Emsgsize = 90;
    public const int Enoprotoopt = 92;
    public const int Eopnotsupp = 95;
    public const int Enobufs = 105;

    private static readonly Lazy<bool> s_isThere = new(Probe);

    /// <summary>Whether this system has both calls, and lets this process use them: a sandbox may forbid them.</summary>
    public static bool IsThere => s_isThere.Value;

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    public static partial nint SendTo(SafeSocketHandle socket, byte* start, nuint length, int flags, Address* to, uint toLength);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    public static partial int SendMany(SafeSocketHandle socket, MessageVector* messages, uint count, int flags);

    /// <param name="socket">From here.</param>
    /// <param name="message">The struct msghdr in front of it; its length is not set.</param>
    /// <param name="flags">How.</param>
    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    public static partial nint Receive(SafeSocketHandle socket, MessageVector* message, int flags);

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int ReceiveMany(SafeSocketHandle socket, MessageVector* messages, uint count, int flags, void* timeout);

    /// <summary>The error of the BCL for one of the kernel; the commonest by name, all others as one.</summary>
    public static SocketError ErrorOf(int errno) => errno switch
    {
        1 or 13 => SocketError.AccessDenied,
        Eintr => SocketError.Interrupted,
        Ebadf or 32 => SocketError.Shutdown,
        Eagain => SocketError.WouldBlock,
        12 or Enobufs => SocketError.NoBufferSpaceAvailable,
        Einval => SocketError.InvalidArgument,
        Emsgsize => SocketError.MessageSize,
        99 => SocketError.AddressNotAvailable,
        100 => SocketError.NetworkDown,
        101 => SocketError.NetworkUnreachable,
        111 => SocketError.ConnectionRefused,
        112 => SocketError.HostDown,
        113 => SocketError.HostUnreachable,
        _ => SocketError.SocketError,
    };

    private static bool Probe()
    {
        if (!OperatingSystem.IsLinux() || sizeof(nint) != 8 || !BitConverter.IsLittleEndian)
        {
            return false;
        }

        try
        {
            // Of no messages nothing is sent or received; a filter of system calls answers all the same.
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            MessageVector none = default;
            return SendMany(socket.SafeHandle, &none, 0, DontWait) == 0
                && ReceiveMany(socket.SafeHandle, &none, 0, DontWait, null) == 0;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or SocketException)
        {
            return false;
        }
    }

    /// <summary>struct sockaddr_in.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Address
    {
        public ushort Family;

        /// <summary>In network order, as is <see cref="Host"/>.</summary>
        public ushort Port;
        public uint Host;
        public ulong Zero;
    }

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Piece
    {
        public byte* Start;
        public nuint Length;
    }

    /// <summary>struct mmsghdr, and in it struct msghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MessageVector
    {
        public Address* Name;
        public uint NameLength;
        public Piece* Pieces;
        public nuint PieceCount;
        public Control* Control;
        public nuint ControlLength;
        public nint Flags;

        /// <summary>Of what was sent or received; with the padding behind it.</summary>
        public nuint Length;
    }

    /// <summary>struct cmsghdr with one number; of UDP_SEGMENT the kernel reads the lower half.</summary>
    [StructLayout(LayoutKind.Sequential, Size = ControlSpace)]
    public struct Control
    {
        public nuint Length;
        public int Level;
        public int Type;
        public int Value;
    }
}
