using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using LanPeer.Protocol;
using LanPeer.Wire;

namespace LanPeer.Transport;

/// <summary>The sending half of <see cref="LinuxPath"/>: sendmmsg over whole batches, sendto for one datagram.</summary>
/// <param name="isSegmenting">Whether the kernel cuts large sends into datagrams (UDP_SEGMENT).</param>
internal sealed unsafe class LinuxSender(bool isSegmenting)
{
    /// <summary>Messages a call: what they take, 14 KB, stays in the first cache. A call costs a tenth of one datagram.</summary>
    private const int MaxMessages = 128;

    private const int MaxPieces = 512;

    /// <summary>UDP_MAX_SEGMENTS of the oldest kernels that have it.</summary>
    private const int MaxSegments = 64;

    /// <summary>Larger ones do not fit a datagram on any Ethernet, and the kernel refuses to cut into what does not.</summary>
    private const int MaxSegment = 1_472;

    /// <summary>Refusals to cut after which it is not asked any more: the interface lacks what it takes (EIO).</summary>
    private const int MaxRefusals = 3;

    /// <summary>How often a full queue is tried again; each time a millisecond later.</summary>
    private const int MaxPatience = 5;

    private readonly LinuxSockets.MessageVector[] _vectors = GC.AllocateArray<LinuxSockets.MessageVector>(MaxMessages, pinned: true);
    private readonly LinuxSockets.Address[] _names = GC.AllocateArray<LinuxSockets.Address>(MaxMessages, pinned: true);
    private readonly LinuxSockets.Piece[] _pieces = GC.AllocateArray<LinuxSockets.Piece>(MaxPieces, pinned: true);
    private readonly LinuxSockets.Control[] _controls = GC.AllocateArray<LinuxSockets.Control>(MaxMessages, pinned: true);
    private readonly int[] _firsts = new int[MaxMessages + 1];
    private int _refusals = isSegmenting ? 0 : MaxRefusals;

    /// <summary>Sends all; one that cannot be sent stops none of the others.</summary>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public void Send(SafeSocketHandle socket, byte* arena, ReadOnlySpan<Outgoing> sends, List<SendFailure> failures)
    {
        if (sends.Length == 1)
        {
            // As in every conversation: it needs no table, which the kernel would have to read.
            int errno = SendOne(socket, arena, sends[0]);
            if (errno != 0)
            {
                failures.Add(new SendFailure(0, LinuxSockets.ErrorOf(errno)));
            }

            return;
        }

        for (int next = 0; next < sends.Length;)
        {
            int count = Fill(arena, sends, next, _refusals < MaxRefusals);
            next = _firsts[count];
            Transmit(socket, count, arena, sends, failures);
        }
    }

    /// <summary>Describes as many of the datagrams as fit one call.</summary>
    /// <returns>The messages; which datagrams are in each is in <see cref="_firsts"/>.</returns>
    private int Fill(byte* arena, ReadOnlySpan<Outgoing> sends, int next, bool isSegmentingNow)
    {
        LinuxSockets.MessageVector* vector = Pointer(_vectors);
        LinuxSockets.Address* name = Pointer(_names);
        LinuxSockets.Piece* piece = Pointer(_pieces);
        int count = 0;
        int pieces = 0;
        for (; next < sends.Length && count < MaxMessages && pieces < MaxPieces; count++, vector++, name++)
        {
            ref readonly Outgoing send = ref sends[next];
            _firsts[count] = next;
            int run = isSegmentingNow ? Run(sends[next..], MaxPieces - pieces) : 1;
            *name = new LinuxSockets.Address
            {
                Family = (ushort)AddressFamily.InterNetwork,
                Port = BinaryPrimitives.ReverseEndianness(send.To.Port),
                Host = BinaryPrimitives.ReverseEndianness(send.To.Address),
            };
            *vector = new LinuxSockets.MessageVector
            {
                Name = name,
                NameLength = (uint)sizeof(LinuxSockets.Address),
                Pieces = piece,
                PieceCount = (nuint)run,
            };
            if (run > 1)
            {
                vector->Control = Pointer(_controls) + count;
                vector->ControlLength = LinuxSockets.ControlSpace;
                *vector->Control = new LinuxSockets.Control
                {
                    // CMSG_LEN of a 16-bit number.
                    Length = 18,
                    Level = LinuxSockets.UdpLevel,
                    Type = LinuxSockets.UdpSegment,
                    Value = send.Length,
                };
            }

            for (int last = next + run; next < last; next++, piece++, pieces++)
            {
                *piece = new LinuxSockets.Piece { Start = arena + sends[next].Start, Length = (nuint)sends[next].Length };
            }
        }

        _firsts[count] = next;
        return count;
    }

    /// <summary>How many datagrams in a row go to one receiver and have one size; the last may be shorter.</summary>
    private static int Run(ReadOnlySpan<Outgoing> sends, int max)
    {
        Outgoing first = sends[0];
        if (sends.Length == 1 || sends[1].To != first.To || first.Length is 0 or > MaxSegment)
        {
            return 1;
        }

        max = Math.Min(Math.Min(max, MaxSegments), WireLimits.MaxDatagram / first.Length);
        int run = 1;
        while (run < max && run < sends.Length && sends[run].To == first.To && sends[run].Length <= first.Length && sends[run].Length > 0)
        {
            run++;
            if (sends[run - 1].Length < first.Length)
            {
                break;
            }
        }

        return run;
    }

    private void Transmit(SafeSocketHandle socket, int count, byte* arena, ReadOnlySpan<Outgoing> sends, List<SendFailure> failures)
    {
        int patience = 0;
        for (int done = 0; done < count;)
        {
            int taken = LinuxSockets.SendMany(socket, Pointer(_vectors) + done, (uint)(count - done), 0);
            if (taken > 0)
            {
                done += taken;
                patience = 0;
                continue;
            }

            int errno = Marshal.GetLastPInvokeError();
            if (!MayTryAgain(errno, ref patience))
            {
                Refused(socket, done, errno, arena, sends, failures);
                done++;
                patience = 0;
            }
        }
    }

    /// <summary>The kernel did not take a message.</summary>
    private void Refused(SafeSocketHandle socket, int message, int errno, byte* arena, ReadOnlySpan<Outgoing> sends, List<SendFailure> failures)
    {
        int first = _firsts[message];
        int last = _firsts[message + 1];
        bool isUncut = last - first > 1 && errno is LinuxSockets.Eio or LinuxSockets.Einval or LinuxSockets.Emsgsize
            or LinuxSockets.Enoprotoopt or LinuxSockets.Eopnotsupp;
        _refusals += isUncut ? 1 : 0;
        for (int i = first; i < last; i++)
        {
            int error = isUncut ? SendOne(socket, arena, sends[i]) : errno;
            if (error != 0)
            {
                failures.Add(new SendFailure(i, LinuxSockets.ErrorOf(error)));
            }
        }
    }

    private static int SendOne(SafeSocketHandle socket, byte* arena, in Outgoing send)
    {
        var name = new LinuxSockets.Address
        {
            Family = (ushort)AddressFamily.InterNetwork,
            Port = BinaryPrimitives.ReverseEndianness(send.To.Port),
            Host = BinaryPrimitives.ReverseEndianness(send.To.Address),
        };
        for (int patience = 0; LinuxSockets.SendTo(socket, arena + send.Start, (nuint)send.Length, 0, &name, (uint)sizeof(LinuxSockets.Address)) < 0;)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (!MayTryAgain(errno, ref patience))
            {
                return errno;
            }
        }

        return 0;
    }

    /// <summary>Whether to try again after an error; when a queue is full, a millisecond later.</summary>
    private static bool MayTryAgain(int errno, ref int patience)
    {
        if (errno is LinuxSockets.Eagain or LinuxSockets.Enobufs && patience++ < MaxPatience)
        {
            // The interface's queue is full; it empties within that time, or nothing is to be hoped for.
            Thread.Sleep(1);
            return true;
        }

        return errno == LinuxSockets.Eintr;
    }

    private static T* Pointer<T>(T[] pinned)
        where T : unmanaged
        => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
}
