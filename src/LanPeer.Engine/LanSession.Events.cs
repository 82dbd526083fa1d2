using System;

namespace LanPeer;

/// <content>
/// Events. All of them are raised on a thread of the pool, outside of every lock, one after the other in the order in
/// which things happened; what a handler throws is ignored, and the other handlers are called.
/// </content>
public sealed partial class LanSession
{
    /// <summary>
    /// Raised when a message has arrived. The message is in the inbox, too; once its handlers were called it gives way
    /// there to others when room is needed, so that a program that only listens holds nobody back.
    /// </summary>
    public event EventHandler<LanMessageEventArgs>? MessageReceived;

    /// <summary>Raised when a peer came, went, changed, or does not answer.</summary>
    public event EventHandler<LanPeerEventArgs>? PeerChanged;

    /// <summary>Raised when it is known what has become of a message to one receiver.</summary>
    public event EventHandler<LanDeliveryEventArgs>? DeliverySettled;

    /// <summary>
    /// Raised when something about who is who needs a person: a changed key, a copy of the own identity, a network of the
    /// same name with another key.
    /// </summary>
    public event EventHandler<LanTrustEventArgs>? TrustChanged;

    private bool IsHeard(EngineEventKind kind) => kind switch
    {
        EngineEventKind.Message => MessageReceived is not null,
        EngineEventKind.Peer => PeerChanged is not null,
        EngineEventKind.Trust => TrustChanged is not null,
        _ => DeliverySettled is not null,
    };

    private void Raise(EventArgs happened)
    {
        switch (happened)
        {
            case LanMessageEventArgs arrived when MessageReceived is EventHandler<LanMessageEventArgs> handlers:
                Raise(handlers, arrived);
                _engine.Inbox.Told(arrived.Message);
                break;
            case LanPeerEventArgs changed:
                Raise(PeerChanged, changed);
                break;
            case LanTrustEventArgs trust:
                Raise(TrustChanged, trust);
                break;
            case LanDeliveryEventArgs settled:
                Raise(DeliverySettled, settled);
                break;
        }
    }

    private void Raise<T>(EventHandler<T>? handlers, T happened)
        where T : EventArgs
    {
        foreach (Delegate handler in handlers?.GetInvocationList() ?? [])
        {
            try
            {
                ((EventHandler<T>)handler)(this, happened);
            }
#pragma warning disable CA1031 // On a thread of the pool an exception would end the process; the handler is not ours.
            catch (Exception)
#pragma warning restore CA1031
            {
            }
        }
    }
}
