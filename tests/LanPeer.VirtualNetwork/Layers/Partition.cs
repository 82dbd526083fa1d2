using System.Collections.Generic;

namespace LanPeer.VirtualNetwork;

/// <summary>
/// Cuts groups of hosts off from each other; whoever is in no group is in one with all others of that kind. Between
/// <see cref="Layer.From"/> and <see cref="Layer.Until"/>, or while <see cref="Layer.IsOn"/>.
/// </summary>
internal sealed class Partition : Layer
{
    private readonly Dictionary<VirtualHost, int> _groups = [];
    private readonly bool _isOneWay;

    /// <param name="groups">A host in two of them is in the last.</param>
    public Partition(params IEnumerable<VirtualHost>[] groups)
    {
        for (int i = 0; i < groups.Length; i++)
        {
            foreach (VirtualHost host in groups[i])
            {
                _groups[host] = i + 1;
            }
        }
    }

    private Partition(IEnumerable<VirtualHost> from, IEnumerable<VirtualHost> to)
        : this([from, to]) => _isOneWay = true;

    /// <summary>Nothing passes from the ones to the others; the way back is open, as behind a firewall.</summary>
    public static Partition OneWay(IEnumerable<VirtualHost> from, IEnumerable<VirtualHost> to) => new(from, to);

    protected override void Change(in Transit transit, List<Transit> next)
    {
        // An adversary may sit anywhere.
        int from = transit.Sender is null ? -1 : _groups.GetValueOrDefault(transit.Sender);
        int to = _groups.GetValueOrDefault(transit.Receiver);
        bool isCut = _isOneWay ? from == 1 && to == 2 : from >= 0 && from != to;
        if (!isCut)
        {
            next.Add(transit);
        }
    }

    public override string ToString() => $"Partition({_groups.Count} hosts{(_isOneWay ? ", one way" : "")}, {From.TotalSeconds:0.#} to {Until.TotalSeconds:0.#} s)";
}
