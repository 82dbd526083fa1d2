using System;
using System.Collections.Generic;
using System.Net.Sockets;
using LanPeer.Protocol;

namespace LanPeer.Transport;

/// <summary>A datagram that was not sent.</summary>
/// <param name="Index">Its place among those that were to be sent.</param>
/// <param name="Error">What the kernel said.</param>
internal readonly record struct SendFailure(int Index, SocketError Error);

/// <summary>
/// How datagrams get in and out of a socket. One thread at a time receives and one sends; both may at once. Nothing is
/// allocated for a datagram.
/// </summary>
internal abstract class DatagramPath : IDisposable
{
    /// <summary>The switch, in the environment, that keeps to what the BCL has: "managed".</summary>
    public const string Variable = "LANPEER_TRANSPORT";

    /// <summary>The same switch for programs that host a peer (AppContext).</summary>
    public const string SwitchName = "LanPeer.ManagedTransport";

    /// <summary>Whether system calls for many datagrams at once are used where the system has them.</summary>
    public static bool UsesSystemCalls
        => LinuxSockets.IsThere
            && !(AppContext.TryGetSwitch(SwitchName, out bool isManaged) && isManaged)
            && !string.Equals(Environment.GetEnvironmentVariable(Variable), "managed", StringComparison.OrdinalIgnoreCase);

    /// <summary>The best path for a socket.</summary>
    /// <param name="socket">Bound; the path disposes it.</param>
    public static DatagramPath For(Socket socket) => UsesSystemCalls ? new LinuxPath(socket) : new ManagedPath(socket);

    /// <summary>Waits for a datagram and takes along what else is there, as far as the batch has room.</summary>
    /// <returns>False once the path is closed.</returns>
    /// <exception cref="SocketException">The network stack reports something; the socket still works.</exception>
    public abstract bool Receive(ReceiveBatch batch);

    /// <summary>Whether <see cref="ReceiveFor"/> can be called.</summary>
    public virtual bool CanReceiveFor => false;

    /// <summary>
    /// Makes every wait of the socket a short one, of some milliseconds, or none any more; meanwhile <see cref="ReceiveFor"/> takes
    /// one system call and not two. <see cref="Receive"/> waits as before. Called while nobody waits.
    /// </summary>
    /// <param name="areShort">Whether they are.</param>
    public virtual void LimitWaits(bool areShort)
    {
    }

    /// <summary>The same, waiting no longer than for some time; for some milliseconds more while waits are short.</summary>
    /// <param name="batch">What has come.</param>
    /// <param name="time">Whole milliseconds.</param>
    /// <returns>Whether something has come; not when the path is closed.</returns>
    /// <exception cref="SocketException">The network stack reports something; the socket still works.</exception>
    public virtual bool ReceiveFor(ReceiveBatch batch, TimeSpan time) => throw new NotSupportedException();

    /// <summary>Sends datagrams, each whether or not others can be sent.</summary>
    /// <param name="arena">Where their bytes are.</param>
    /// <param name="sends">What goes where.</param>
    /// <param name="failures">Receives those the kernel did not take.</param>
    public abstract void Send(ReadOnlySpan<byte> arena, ReadOnlySpan<Outgoing> sends, List<SendFailure> failures);

    /// <summary>Closes the socket; a thread that waits in <see cref="Receive"/> returns.</summary>
    public abstract void Dispose();
}
