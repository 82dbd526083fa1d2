using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace LanPeer;

/// <summary>How much of an inbox each sender without a session holds.</summary>
internal sealed class InboxShares
{
    private readonly Dictionary<string, long> _bytes = [];

    public void Add(LanMessage message, int sign)
    {
        ref long bytes = ref CollectionsMarshal.GetValueRefOrAddDefault(_bytes, message.ShareKey, out _);
        bytes += sign * message.Weight;
        if (bytes <= 0)
        {
            _bytes.Remove(message.ShareKey);
        }
    }

    /// <summary>
    /// Who has to give way to an arrival: the sender that holds most, unless the arrival's own sender would then hold as
    /// much. Weights count, so that many small messages and a few large ones are measured alike.
    /// </summary>
    public bool TryMakeRoom(LanMessage arrival, out string sender)
    {
        sender = "";
        long most = 0;
        foreach ((string key, long bytes) in _bytes)
        {
            if (bytes > most)
            {
                (sender, most) = (key, bytes);
            }
        }

        return arrival.IsCredited ? most > 0 : _bytes.GetValueOrDefault(arrival.ShareKey) + arrival.Weight < most;
    }
}
