using System;
using System.Collections.Generic;

namespace LanPeer.Protocol;

/// <summary>The contacts by static key. Those without a peer's entry are bounded, in all and per source.</summary>
internal sealed class ContactTable
{
    /// <summary>Handshakes with strangers at once.</summary>
    public const int MaxStrangers = 1_024;

    private readonly Dictionary<byte[], Contact> _byKey = new(KeyComparer.Instance);
    private readonly List<Contact> _all = [];

    /// <summary>All, in the order they were added.</summary>
    public IReadOnlyList<Contact> All => _all;

    public Contact? Find(byte[] remoteStatic) => _byKey.GetValueOrDefault(remoteStatic);

    /// <summary>Whether another stranger has a place.</summary>
    /// <param name="peers">How many contacts are peers.</param>
    public bool HasPlace(int peers) => _all.Count - peers < MaxStrangers;

    public void Add(Contact contact)
    {
        _byKey.Add(contact.RemoteStatic, contact);
        _all.Add(contact);
    }

    public void Remove(Contact contact)
    {
        if (_byKey.Remove(contact.RemoteStatic))
        {
            _all.Remove(contact);
        }
    }
}
