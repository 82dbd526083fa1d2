using System;
using System.Collections.Generic;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using Xunit;

namespace LanPeer.Tests.Security;

/// <summary>
/// Two ends on a network that loses, doubles, delays and reorders, with work that takes its time: whatever happened, when
/// it is calm again both reach each other, and nothing has piled up.
/// </summary>
public sealed class SessionWalkTests
{
    [Theory]
    [InlineData(1, 150, false)]
    [InlineData(2, 150, true)]
    public void After_any_disorder_both_ends_reach_each_other(ulong stream, int walks, bool isForgetting)
    {
        for (ulong seed = 0; seed < (ulong)walks; seed++)
        {
            using var walk = new Walk(SeededRandom.Mix(stream, seed), isForgetting);
            for (int step = 0; step < 150; step++)
            {
                walk.Step();
            }

            walk.Calm();
            Assert.True(walk.IsWhole, $"seed {seed}: {walk.State}");
        }
    }

    private sealed class Walk : IDisposable
    {
        private readonly SeededRandom _random;
        private readonly SessionLab _lab;
        private readonly bool _isForgetting;
        private readonly List<(SessionEnd To, Sealed Datagram)> _flying = [];
        private readonly List<(SessionEnd End, HandshakeWork Work)> _running = [];

        public Walk(ulong seed, bool isForgetting)
        {
            _random = new SeededRandom(seed);
            _lab = new SessionLab(seed);
            _isForgetting = isForgetting;
        }

        private readonly record struct Sealed(byte[] Bytes, SessionEnd From);

        public bool IsWhole => _lab.Small.Reaches(_lab.Large) && _lab.Large.Reaches(_lab.Small)
            && _lab.Small.SlotCount <= 4 && _lab.Large.SlotCount <= 4;

        public string State => $"{Describe(_lab.Small, _lab.Large)}; {Describe(_lab.Large, _lab.Small)}";

        public void Step()
        {
            (SessionEnd one, SessionEnd other) = _random.Chance(0.5) ? (_lab.Small, _lab.Large) : (_lab.Large, _lab.Small);
            switch (_random.Next(12))
            {
                case 0:
                    one.Begin(other);
                    break;
                case 1:
                    Care(one, other);
                    break;
                case 2:
                    _lab.Wait(_random.Between(0, 0.4));
                    break;
                case 3 when _random.Chance(0.1):
                    _lab.Wait(_random.Between(5, 700));
                    break;
                case 4 when _isForgetting && _random.Chance(0.1):
                    one.Forget(other);
                    break;
                case 5 or 6:
                    Take(one);
                    break;
                case 7 or 8:
                    Finish(_random.Next(8));
                    break;
                case 9 when one.With(other).Current is { } keys && keys.MaySeal(_lab.Elapsed):
                    one.Send(one.With(other));
                    break;
                default:
                    Fly(_random.Next(4));
                    break;
            }

            Collect();
        }

        /// <summary>Three minutes in which nothing is lost, and each end does what a peer does.</summary>
        public void Calm()
        {
            for (int tenth = 0; tenth < 1_800; tenth++)
            {
                _lab.Wait(0.1);
                while (_running.Count > 0)
                {
                    Finish(0);
                }

                foreach ((SessionEnd one, SessionEnd other) in new[] { (_lab.Small, _lab.Large), (_lab.Large, _lab.Small) })
                {
                    Care(one, other);
                    if (one.With(other) is { Current: null, Next: null, IsAnswering: false } || SessionLayer.IsRekeyDue(one.With(other), _lab.Elapsed))
                    {
                        one.Begin(other);
                    }
                    else if (tenth % 50 == 0 && one.With(other).Current is { } keys && keys.MaySeal(_lab.Elapsed))
                    {
                        one.Send(one.With(other));
                    }
                }

                Collect();
                while (_flying.Count > 0)
                {
                    (SessionEnd to, Sealed datagram) = _flying[0];
                    _flying.RemoveAt(0);
                    to.Receive(datagram.Bytes, datagram.From.Endpoint);
                    to.Work();
                    Collect();
                }

                SessionLab.Settle(_lab.Small, _lab.Large);
            }
        }

        public void Dispose() => _lab.Dispose();

        private void Care(SessionEnd one, SessionEnd other)
        {
            if (one.With(other).Attempt is { IsBusy: false } attempt && attempt.Due <= _lab.Elapsed)
            {
                one.Layer.Retry(one.With(other), _lab.Now);
            }

            one.Expire(other);
        }

        private void Take(SessionEnd end)
        {
            if (end.Layer.TakeWork() is HandshakeWork work)
            {
                work.Run();
                _running.Add((end, work));
            }
        }

        private void Finish(int which)
        {
            if (which < _running.Count)
            {
                (SessionEnd end, HandshakeWork work) = _running[which];
                _running.RemoveAt(which);
                end.Complete(work);
            }
        }

        private void Fly(int which)
        {
            if (which >= _flying.Count)
            {
                return;
            }

            (SessionEnd to, Sealed datagram) = _flying[which];
            if (!_random.Chance(0.15))
            {
                _flying.RemoveAt(which);
            }

            if (!_random.Chance(0.1))
            {
                to.Receive(datagram.Bytes, datagram.From.Endpoint);
            }
        }

        private void Collect()
        {
            foreach ((SessionEnd one, SessionEnd other) in new[] { (_lab.Small, _lab.Large), (_lab.Large, _lab.Small) })
            {
                while (one.Outbox.TryDequeue(out byte[]? datagram))
                {
                    _flying.Add((other, new Sealed(datagram, one)));
                }
            }
        }

        private static string Describe(SessionEnd one, SessionEnd other)
            => $"current {one.With(other).Current?.LocalIndex:x8} to {one.With(other).Current?.RemoteIndex:x8}, "
                + $"next {one.With(other).Next?.LocalIndex:x8}, attempt {one.With(other).Attempt?.Index:x8}, slots {one.SlotCount}";
    }
}
