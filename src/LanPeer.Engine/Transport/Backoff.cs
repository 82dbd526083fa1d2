using System;

namespace LanPeer.Transport;

/// <summary>
/// Whether to try something of which it shows only afterwards whether it was of use: each time as long as it is, and
/// ever more seldom when it was in vain.
/// </summary>
/// <param name="most">How many occasions are passed over at most, between two tries.</param>
internal sealed class Backoff(int most)
{
    private int _skips;
    private int _skipped;

    /// <summary>Whether to try on this occasion. When it does, <see cref="Ended"/> follows.</summary>
    public bool Begins()
    {
        bool begins = _skipped >= _skips;
        _skipped = begins ? 0 : _skipped + 1;
        return begins;
    }

    /// <summary>What came of the try: none is passed over after a hit, and twice as many and one after each in vain.</summary>
    public void Ended(bool isHit) => _skips = isHit ? 0 : Math.Min((2 * _skips) + 1, most);
}
