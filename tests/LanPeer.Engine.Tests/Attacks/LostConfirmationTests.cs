using System;
using System.Linq;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using Xunit;

namespace LanPeer.Tests.Attacks;

/// <summary>An adversary, or a bad cable, that takes away one datagram of a handshake: it costs that datagram, no more.</summary>
public sealed class LostConfirmationTests : AttackTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_confirmation_that_is_lost_silences_nobody(bool isRekey)
    {
        if (!isRekey)
        {
            Alice.Restart();
            Bob.Restart();
        }

        bool isAnswered = false;
        int dropped = 0;
        Eve.Rule = (packet, _) =>
        {
            bool isConfirmation = isAnswered && dropped == 0 && IsSealed(packet, SealedType.Transport)
                && packet.From == Eve.Seen.Last(seen => IsSealed(seen, SealedType.Response)).To;
            isAnswered |= IsSealed(packet, SealedType.Response);
            dropped += isConfirmation ? 1 : 0;
            return isConfirmation ? Verdict.Drop : Verdict.Pass;
        };
        Assert.True(Lan.RunUntil(() => dropped == 1, TimeSpan.FromMinutes(62)));
        Lan.Run(isRekey ? 12 : 35);

        AssertTheyTalk();
        Lan.Run(62);
        AssertTheyTalk();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Each_part_of_a_handshake_may_be_lost_once(int type)
    {
        int dropped = 0;
        Eve.Rule = (packet, _) =>
        {
            bool isTaken = dropped == 0 && IsSealed(packet, (SealedType)type);
            dropped += isTaken ? 1 : 0;
            return isTaken ? Verdict.Drop : Verdict.Pass;
        };
        Bob.Restart();
        Lan.Run(35);

        Assert.Equal(1, dropped);
        AssertTheyTalk();
    }
}
