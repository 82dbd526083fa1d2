using System;
using System.Threading;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.State;
using LanPeer.Wire;

namespace LanPeer;

/// <content>The thread that does what takes long: the arithmetic of handshakes, and writing down whom we met.</content>
internal sealed partial class LanPeerEngine
{
    /// <summary>How long a disk that took nothing is left alone.</summary>
    private static readonly TimeSpan s_saveRetry = TimeSpan.FromSeconds(30);

    private readonly AutoResetEvent _work = new(false);
    private long _savedPins;
    private TimeSpan _nextSave;
    private TimeSpan _nextEpochs;

    private void StartHandshakes()
    {
        var thread = new Thread(DoHandshakes) { Name = $"LanPeer {_options.Name} handshakes", IsBackground = true };
        _threads.Add(thread);
        thread.Start();
    }

    /// <summary>Called under the lock.</summary>
    private void WakeHandshakes()
    {
        if (_machine.HasWork || _store.Pins.Version != _savedPins || _store.Epochs.NeedsMore)
        {
            _work.Set();
        }
    }

    /// <summary>The life of that thread. Nothing may leave it.</summary>
    private void DoHandshakes()
    {
        WaitHandle[] either = [_stopping, _work];
        var effects = new Effects();
        var memory = new MemoryRest();
        while (true)
        {
            TimeSpan left = memory.Due - Elapsed;
            if (WaitHandle.WaitAny(either, memory.Due == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : left > TimeSpan.Zero ? left : TimeSpan.Zero) == 0)
            {
                return;
            }

            try
            {
                memory.DoWhatIsDue(Elapsed);
                while (DoOne(effects))
                {
                    effects.Clear();
                    memory.Note(Elapsed);
                }

                SavePins();
                ExtendEpochs();
            }
#pragma warning disable CA1031 // An unforeseen fault costs one handshake, which is tried again; the process must not end by it.
            catch (Exception)
#pragma warning restore CA1031
            {
                lock (_gate)
                {
                    _counters.Dropped(DropReason.Fault);
                }
            }

            effects.Clear();
        }
    }

    private bool DoOne(Effects effects)
    {
        HandshakeWork? work;
        lock (_gate)
        {
            work = _isStopped ? null : _machine.TakeWork();
        }

        if (work is null)
        {
            return false;
        }

        bool isFault = !TryRun(work);
        lock (_gate)
        {
            if (_isStopped)
            {
                return false;
            }

            DropReason reason = _machine.Complete(Now(), work, effects);
            _counters.Dropped(isFault ? DropReason.Fault : reason);
            Deliver(effects);
            _machine.Flush(Now(), effects);
            BeginSending(effects);
        }

        Finish(effects);
        return true;
    }

    /// <summary>Work that fails has made nothing, and is handed back as such: the handshake it belonged to must not wait for ever.</summary>
    private static bool TryRun(HandshakeWork work)
    {
        try
        {
            work.Run();
            return true;
        }
#pragma warning disable CA1031 // The platform's cryptography may fail in ways of its own, out of memory for one.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    /// <summary>Writes the pins down when they have changed: outside of the lock, as a disk may take its time.</summary>
    private void SavePins()
    {
        Pin[] pins;
        long version;
        lock (_gate)
        {
            version = _store.Pins.Version;
            if (version == _savedPins || (!_isStopped && Elapsed < _nextSave))
            {
                return;
            }

            pins = _store.Pins.ToArray();
        }

        try
        {
            _store.SavePins(pins, version);
            _savedPins = version;
        }
        catch (StateException error)
        {
            _nextSave = Elapsed + s_saveRetry;
            _notices.Warn(error.Message);
        }
    }

    private void ExtendEpochs()
    {
        lock (_gate)
        {
            if (!_store.Epochs.NeedsMore || Elapsed < _nextEpochs)
            {
                return;
            }

            _nextEpochs = Elapsed + TimeSpan.FromMinutes(1);
        }

        try
        {
            ulong end = _store.ReserveEpochs(_time.GetUtcNow());
            lock (_gate)
            {
                _store.Epochs.Extend(end);
            }
        }
        catch (StateException error)
        {
            _notices.Warn(error.Message);
        }
    }
}
