using System;
using System.IO;
using System.Security.Cryptography;
using LanPeer.Security;

namespace LanPeer.State;

/// <summary>
/// What of a peer outlives its session: who it is, how far its epochs are reserved, whom it knows. On disk that is a
/// folder only its user can reach, locked while it is used, in which each file is replaced as a whole.
/// </summary>
/// <remarks>
/// <see cref="Identity"/>, <see cref="Epochs"/> and <see cref="Pins"/> belong to the engine's lock. The methods that write
/// may be called from another thread meanwhile, if they are given what to write.
/// </remarks>
internal sealed class StateStore : IDisposable
{
    private const string IdentityFile = "identity.json";
    private const string PinsFile = "pins.json";

    private readonly object _gate = new();
    private readonly IdentityLock? _lock;
    private readonly string _name;
    private ulong _bound;
    private long _savedVersion;
    private bool _isDisposed;

    private StateStore(string name, string? folder, IdentityLock? held, Identity identity, EpochClock epochs, PinBook pins)
    {
        _name = name;
        Folder = folder;
        _lock = held;
        Identity = identity;
        _bound = epochs.End;
        Epochs = epochs;
        Pins = pins;
    }

    /// <summary>The identity's folder; null for an ephemeral one.</summary>
    public string? Folder { get; }

    public Identity Identity { get; }

    public EpochClock Epochs { get; }

    public PinBook Pins { get; }

    /// <summary>Opens the identity of a name; makes it when there is none.</summary>
    /// <param name="statePath">The state folder; null for LANPEER_STATE or the user's own.</param>
    /// <param name="name">The peer's name.</param>
    /// <param name="now">The wall clock.</param>
    /// <exception cref="StateException">IdentityInUse, IdentityDamaged, IdentityExposed, PinsDamaged or StateUnavailable. What
    /// is damaged or exposed is left as it was found.</exception>
    public static StateStore Open(string? statePath, string name, DateTimeOffset now)
    {
        string folder = StateFolder.Open(StateFolder.Locate(statePath), name);
        IdentityLock? held = null;
        Identity? identity = null;
        try
        {
            held = IdentityLock.Take(folder, name);
            identity = ReadIdentity(Path.Combine(folder, IdentityFile), name, out ulong used);
            PinBook pins = ReadPins(Path.Combine(folder, PinsFile));

            // What is wrong was found by now, so from here on things may change.
            PrivateFile.RemoveTemporary(Path.Combine(folder, IdentityFile));
            PrivateFile.RemoveTemporary(Path.Combine(folder, PinsFile));
            identity ??= Identity.Create();
            var epochs = EpochClock.Start(used, now);
            WriteIdentity(folder, name, identity, epochs.End);
            return new StateStore(name, folder, held, identity, epochs, pins);
        }
        catch (Exception error)
        {
            identity?.Dispose();
            held?.Dispose();
            if (error is IOException or UnauthorizedAccessException)
            {
                throw StateFolder.Unavailable(folder, error);
            }

            throw;
        }
    }

    /// <summary>An identity that ends with the session, and nothing on disk.</summary>
    public static StateStore Ephemeral(DateTimeOffset now)
        => new("", null, null, Identity.Create(), EpochClock.Start(0, now), new PinBook());

    /// <summary>Writes the pins if they changed. For a caller that holds the engine's lock, or is alone.</summary>
    /// <exception cref="StateException">They cannot be written (StateNotSaved); the old file is whole, and the next call tries again.</exception>
    public void SavePins() => SavePins(Pins.ToArray(), Pins.Version);

    /// <summary>Writes pins taken under the engine's lock, outside of it. Older ones than were written already are not.</summary>
    /// <param name="pins">From <see cref="PinBook.ToArray"/>.</param>
    /// <param name="version"><see cref="PinBook.Version"/> at that moment.</param>
    /// <exception cref="StateException">They cannot be written (StateNotSaved).</exception>
    public void SavePins(Pin[] pins, long version)
    {
        lock (_gate)
        {
            if (version > _savedVersion && !_isDisposed)
            {
                Save(PinsFile, path => PrivateFile.Write(path, PinDocument.Write(pins)));
                _savedVersion = version;
            }
        }
    }

    /// <summary>Reserves more epochs and hands them to <see cref="Epochs"/>. For a caller that holds the engine's lock, or is alone.</summary>
    /// <exception cref="StateException">The new bound cannot be written (StateNotSaved); nothing is handed out then.</exception>
    public void ExtendEpochs(DateTimeOffset now) => Epochs.Extend(ReserveEpochs(now));

    /// <summary>Reserves more epochs on disk, outside of the engine's lock.</summary>
    /// <returns>What to call <see cref="EpochClock.Extend"/> with.</returns>
    /// <exception cref="StateException">The new bound cannot be written (StateNotSaved).</exception>
    public ulong ReserveEpochs(DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_isDisposed)
            {
                ulong bound = EpochClock.NextEnd(_bound, now);
                Save(IdentityFile, _ => WriteIdentity(Folder!, _name, Identity, bound));
                _bound = bound;
            }

            return _bound;
        }
    }

    /// <summary>Frees the identity for others. Saves nothing.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                Identity.Dispose();
                _lock?.Dispose();
            }
        }
    }

    private void Save(string file, Action<string> write)
    {
        if (Folder is null)
        {
            return;
        }

        string path = Path.Combine(Folder, file);
        try
        {
            write(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StateException(LanErrorId.StateNotSaved, $"'{path}' cannot be written: {error.Message}",
                "Make room or give this user the right to write there. It is tried again; until then the old file holds.", error);
        }
    }

    private static void WriteIdentity(string folder, string name, Identity identity, ulong bound)
    {
        byte[] document = IdentityDocument.Write(name, identity, bound);
        try
        {
            PrivateFile.Write(Path.Combine(folder, IdentityFile), document);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(document);
        }
    }

    private static Identity? ReadIdentity(string path, string name, out ulong used)
    {
        used = 0;
        FileFinding finding = PrivateFile.Read(path, IdentityDocument.MaxLength, out byte[] document);
        try
        {
            return finding switch
            {
                FileFinding.Missing => null,
                FileFinding.Read => IdentityDocument.Read(document, name, out used),
                _ => throw new FormatException($"it is no regular file of 1 to {IdentityDocument.MaxLength:N0} bytes"),
            };
        }
        catch (FormatException error)
        {
            throw new StateException(LanErrorId.IdentityDamaged, $"The identity in '{path}' cannot be used: {error.Message}.",
                "Bring back a copy of the file. Or move it away: your peers then see a new identity, which they must approve.", error);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(document);
        }
    }

    private static PinBook ReadPins(string path)
    {
        FileFinding finding = PrivateFile.Read(path, PinDocument.MaxLength, out byte[] document);
        if (finding == FileFinding.Missing)
        {
            return new PinBook();
        }

        string error = $"It is no regular file of 1 to {PinDocument.MaxLength:N0} bytes.";
        return finding == FileFinding.Read && PinDocument.TryRead(document, out Pin[] pins, out error) ? PinBook.Load(pins)
            : throw new StateException(LanErrorId.PinsDamaged, $"The pins in '{path}' cannot be used. {error}",
                "Bring back a copy of the file. Or move it away: everybody is then met for the first time again, and could be somebody else.");
    }
}
