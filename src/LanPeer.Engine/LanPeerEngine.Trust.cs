using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Security;

namespace LanPeer;

/// <content>What users decide about who is who.</content>
internal sealed partial class LanPeerEngine
{
    public List<LanPin> GetPins()
    {
        lock (_gate)
        {
            return [.. _machine.Pins.ToArray().Select(pin => new LanPin(pin))];
        }
    }

    /// <summary>A document with all pins, to be imported elsewhere.</summary>
    public byte[] ExportPins()
    {
        Pin[] pins;
        lock (_gate)
        {
            pins = _machine.Pins.ToArray();
        }

        return PinDocument.Write(pins);
    }

    /// <exception cref="LanPeerException">The document cannot be used (PinFileInvalid).</exception>
    public LanPinImport ImportPins(byte[] document)
    {
        if (!PinDocument.TryRead(document, out Pin[] pins, out string error))
        {
            throw new LanPeerException(LanErrorId.PinFileInvalid, $"The pins cannot be used. {error}", "Export them again where they came from.");
        }

        return new LanPinImport(Decide((_, effects) => _machine.Import(pins, effects)));
    }

    /// <param name="peerId">32 characters, not grouped.</param>
    /// <param name="userId">A user id to become its own; null for none.</param>
    /// <returns>The pin; null when there is no place for another.</returns>
    public LanPin? Approve(string peerId, string? userId)
        => ToPublic(Decide((now, effects) => _machine.Approve(now, peerId, userId, effects)));

    /// <inheritdoc cref="Approve"/>
    public LanPin? Block(string peerId) => ToPublic(Decide((now, effects) => _machine.Block(now, peerId, effects)));

    /// <returns>The pin as it is now; null when there is none.</returns>
    public LanPin? Unblock(string peerId) => ToPublic(Decide((_, _) => _machine.Unblock(peerId)));

    /// <returns>Whether there was a pin.</returns>
    public bool RemovePin(string peerId) => Decide((_, effects) => _machine.RemovePin(peerId, effects)).IsChange;

    /// <summary>Whether a name belongs to somebody who can prove who he is.</summary>
    public bool IsProtectedName(string name)
    {
        lock (_gate)
        {
            return _machine.IsProtectedName(name);
        }
    }

    /// <summary>Warnings since the last call.</summary>
    public List<string> TakeWarnings()
    {
        _notices.WarnOfFlood(GetCounters(), Elapsed);
        if (Events.TakeMissed() is > 0 and long missed)
        {
            _notices.Warn($"{missed:N0} events were not raised: their handlers are too slow.");
        }

        return _notices.TakeWarnings();
    }

    private static LanPin? ToPublic(PinChange change) => change.After is Pin pin ? new LanPin(pin) : null;

    private T Decide<T>(Func<Moment, Effects, T> decision)
    {
        Effects effects = RentEffects();
        T result;
        lock (_gate)
        {
            ThrowIfStopped();
            result = decision(Now(), effects);
            Deliver(effects);
            BeginSending(effects);
        }

        Finish(effects);
        ReturnEffects(effects);
        SavePins();
        return result;
    }
}
