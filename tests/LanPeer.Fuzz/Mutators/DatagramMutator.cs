using LanPeer.VirtualNetwork;
using LanPeer.Wire;

namespace LanPeer.Fuzz;

/// <summary>Changes to a datagram of either kind, by its kind most of the time.</summary>
internal static class DatagramMutator
{
    public static byte[] Mutate(byte[] input, byte[] other, SeededRandom random)
    {
        bool isSealed = input.Length > 0 && input[0] == WireLimits.BinaryMark;
        double luck = random.NextDouble();
        return luck < 0.2 ? ByteMutator.Mutate(input, other, random)
            : isSealed == (luck < 0.97) ? SealedMutator.Mutate(input, other, random)
            : TextMutator.Mutate(input, other, random);
    }
}
