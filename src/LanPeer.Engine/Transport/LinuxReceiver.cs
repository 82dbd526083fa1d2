using System;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using LanPeer.Wire;

namespace LanPeer.Transport;

/// <summary>
/// The receiving half of <see cref="LinuxPath"/>: one recvmmsg a batch. The kernel finds out that there is no second datagram by
/// looking for it, which takes a third of what the first does; while they come one by one, it is asked for one, by recvmsg.
/// </summary>
/// <param name="isCoalescing">Whether the socket may give many datagrams as one (UDP_GRO).</param>
internal sealed unsafe class LinuxReceiver(bool isCoalescing)
{
    /// <summary>After this many batches of one datagram it is asked for one alone, but for each time this many more have come.</summary>
    private const int Rhythm = 8;

    private readonly LinuxSockets.MessageVector[] _vectors = GC.AllocateArray<LinuxSockets.MessageVector>(ReceiveBatch.Slots, pinned: true);
    private readonly LinuxSockets.Address[] _names = GC.AllocateArray<LinuxSockets.Address>(ReceiveBatch.Slots, pinned: true);
    private readonly LinuxSockets.Piece[] _pieces = GC.AllocateArray<LinuxSockets.Piece>(ReceiveBatch.Slots, pinned: true);
    private readonly LinuxSockets.Control[] _controls = GC.AllocateArray<LinuxSockets.Control>(ReceiveBatch.Slots, pinned: true);
    private ReceiveBatch? _batch;
    private int _used;

    /// <summary>Batches of one datagram in a row.</summary>
    private uint _alone;

    /// <summary>Takes what is there.</summary>
    /// <param name="socket">From here.</param>
    /// <param name="batch">Into this.</param>
    /// <param name="waits">Whether to wait for the first datagram when there is none.</param>
    /// <returns>0, or the kernel's error.</returns>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public int Receive(SafeSocketHandle socket, ReceiveBatch batch, bool waits)
    {
        Prepare(batch);
        LinuxSockets.MessageVector* vectors = Pointer(_vectors);
        int count = _alone < Rhythm || _alone % Rhythm == 0
            ? LinuxSockets.ReceiveMany(socket, vectors, ReceiveBatch.Slots, waits ? LinuxSockets.WaitForOne : LinuxSockets.DontWait, null)
            : ReceiveOne(socket, vectors, waits);
        if (count < 0)
        {
            _used = 0;
            return Marshal.GetLastPInvokeError();
        }

        _used = count;
        for (int i = 0; i < count; i++)
        {
            if (vectors[i].NameLength != 0)
            {
                Take(batch, i, vectors[i]);
            }
        }

        _alone = batch.Count == 1 ? _alone + 1 : 0;
        return 0;
    }

    private static int ReceiveOne(SafeSocketHandle socket, LinuxSockets.MessageVector* vector, bool waits)
    {
        nint length = LinuxSockets.Receive(socket, vector, waits ? 0 : LinuxSockets.DontWait);
        vector->Length = (nuint)length;
        return length < 0 ? -1 : 1;
    }

    private static void Take(ReceiveBatch batch, int slot, in LinuxSockets.MessageVector vector)
    {
        var source = new Ipv4Endpoint(
            BinaryPrimitives.ReverseEndianness(vector.Name->Host), BinaryPrimitives.ReverseEndianness(vector.Name->Port));
        int length = (int)vector.Length;
        int size = length;
        if (vector.ControlLength >= LinuxSockets.ControlSpace - sizeof(int)
            && vector.Control->Level == LinuxSockets.UdpLevel && vector.Control->Type == LinuxSockets.UdpGro && vector.Control->Value > 0)
        {
            size = vector.Control->Value;
        }

        int start = 0;
        do
        {
            batch.Add(slot, start, Math.Min(size, length - start), source);
            start += size;
        }
        while (start < length);
    }

    /// <summary>Sets what the last call has changed.</summary>
    private void Prepare(ReceiveBatch batch)
    {
        LinuxSockets.MessageVector* vectors = Pointer(_vectors);
        if (_batch != batch)
        {
            _batch = batch;
            _used = ReceiveBatch.Slots;
            for (int i = 0; i < ReceiveBatch.Slots; i++)
            {
                Span<byte> slot = batch.Slot(i);
                _pieces[i] = new LinuxSockets.Piece
                {
                    // The arena of a batch is pinned.
                    Start = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(slot)),
                    Length = (nuint)slot.Length,
                };
                vectors[i] = new LinuxSockets.MessageVector
                {
                    Name = Pointer(_names) + i,
                    Pieces = Pointer(_pieces) + i,
                    PieceCount = 1,
                    Control = isCoalescing ? Pointer(_controls) + i : null,
                };
            }
        }

        for (int i = 0; i < _used; i++)
        {
            vectors[i].NameLength = (uint)sizeof(LinuxSockets.Address);
            vectors[i].ControlLength = isCoalescing ? (nuint)LinuxSockets.ControlSpace : 0;
        }

        // An empty call may have changed the first.
        _used = Math.Max(_used, 1);
    }

    private static T* Pointer<T>(T[] pinned)
        where T : unmanaged
        => (T*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
}
