using System;
using System.Linq;
using System.Management.Automation;
using LanPeer.Cmdlets.Completion;
using LanPeer.Cmdlets.Data;

namespace LanPeer.Cmdlets.Commands;

/// <summary>
/// <para type="synopsis">Starts this session's peer.</para>
/// </summary>
[Cmdlet(VerbsLifecycle.Start, "LanPeer", SupportsShouldProcess = true)]
[OutputType(typeof(LanSession))]
public sealed class StartLanPeerCommand : LanCmdlet
{
    /// <summary><para type="description">The name others see before the @. Default: the user's name.</para></summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = DefaultName();

    /// <summary><para type="description">The UDP port to send from and receive on; 0 picks a free one from 8000 to 9999.</para></summary>
    [Parameter]
    public int Port { get; set; }

    /// <summary><para type="description">The UDP port announcements go to.</para></summary>
    [Parameter]
    public int DiscoveryPort { get; set; } = LanPeerOptions.DefaultDiscoveryPort;

    /// <summary><para type="description">Lan, or Loopback for this machine only. Default: LANPEER_NETWORK, else Lan.</para></summary>
    [Parameter]
    public LanNetwork Network { get; set; }

    /// <summary><para type="description">Names or IPv4 addresses of the interfaces to announce on. Default: all.</para></summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Interface { get; set; } = [];

    /// <summary><para type="description">Seconds between two announcements, give or take a tenth.</para></summary>
    [Parameter]
    public double AnnounceInterval { get; set; } = 30;

    /// <summary><para type="description">Seconds after which a peer of the seed's kind that is not heard of is removed. LanPeer peers are missed within seconds.</para></summary>
    [Parameter]
    public double PeerTimeout { get; set; } = 300;

    /// <summary><para type="description">host:port of peers that no broadcast reaches.</para></summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Seed { get; set; } = [];

    /// <summary><para type="description">The closed network to be on: who has not its key sees nothing and is not heard. Default: the open network.</para></summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NetworkNameCompleter))]
    public string? NetworkName { get; set; }

    /// <summary>
    /// <para type="description">The key of the closed network, 8 to 1,024 bytes, as a SecureString (Read-Host -AsSecureString). Two while it is being changed, the newest first.</para>
    /// </summary>
    [Parameter]
    [NetworkKey]
    [ValidateNotNullOrEmpty]
    public LanNetworkKey[]? NetworkKey { get; set; }

    /// <summary>
    /// <para type="description">A file with the key of the closed network that only its owner can read; its line end does not count. Two while it is being changed, the newest first.</para>
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? NetworkKeyPath { get; set; }

    /// <summary><para type="description">The folder of identities, pins and the names in use. Default: LANPEER_STATE, else a folder of the user's.</para></summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? StatePath { get; set; }

    /// <summary><para type="description">Use an identity and pins for this session only, and neither read nor write any.</para></summary>
    [Parameter]
    public SwitchParameter Ephemeral { get; set; }

    /// <summary><para type="description">Talk to pinned and approved identities only: nobody new, and nobody in the clear.</para></summary>
    [Parameter]
    public SwitchParameter RequireTrust { get; set; }

    /// <summary>
    /// <para type="description">Take plain text also from those who have once proven who they are. Anybody can forge it.</para>
    /// </summary>
    [Parameter]
    public SwitchParameter AllowUnsigned { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            if (Ephemeral && StatePath is not null)
            {
                throw new LanPeerException(LanErrorId.InvalidOption, "An ephemeral peer keeps nothing, and has no use for a state folder.",
                    "Use -Ephemeral or -StatePath, not both.");
            }

            LanPeerOptions options = ReadOptions();
            SessionRegistry registry = SessionRegistry.Current;
            if (registry.Find(options.Name) is LanSession running && running.Options.DiscoveryPort == options.DiscoveryPort)
            {
                Throw(new LanPeerException(LanErrorId.NameInUse, $"The peer {running.UserId} runs in this session already (port {running.Port}).",
                    "Use it, stop it with Stop-LanPeer, or choose another -Name."), options.Name);
            }

            if (!ShouldProcess($"{options.Name} on {options.Network}, discovery port {options.DiscoveryPort}", "Start peer"))
            {
                return;
            }

            Write(LanSession.Start(options), registry);
        }
        catch (LanPeerException error)
        {
            Throw(error, Name);
        }
    }

    private void Write(LanSession session, SessionRegistry registry)
    {
        registry.Add(session);
        if (session.State == LanSessionState.DiscoveryBlocked)
        {
            WriteWarning($"UDP port {session.Options.DiscoveryPort} belongs to a program that does not share it. {session.UserId} "
                + "announces itself and can be reached, but does not hear others' announcements until the port is free; it is tried again every 5 seconds.");
        }

        WriteVerbose($"{session.UserId} is {session.PeerId}.");
        WriteVerbose($"{session.UserId} listens on port {session.Port}, announces to port {session.Options.DiscoveryPort} ({session.Network}).");
        WriteObject(session);
    }

    private LanPeerOptions ReadOptions() => new()
    {
        DataReader = DataReader.Read,
        Name = Name,
        Port = Port,
        DiscoveryPort = DiscoveryPort,
        Network = NetworkOrDefault(Network),
        Interfaces = Interface,
        AnnounceInterval = Seconds(AnnounceInterval, nameof(AnnounceInterval)),
        PeerTimeout = Seconds(PeerTimeout, nameof(PeerTimeout)),
        Seeds = Seed,
        NetworkName = NetworkName ?? "",
        NetworkKeys = NetworkChoice.ReadKeys(this, NetworkName, NetworkKey, NetworkKeyPath),
        StatePath = StatePath is null ? null : LanPaths.ToFile(this, StatePath),
        Ephemeral = Ephemeral,
        RequireTrust = RequireTrust,
        AllowUnsigned = AllowUnsigned,
    };

    private static string DefaultName()
    {
        string name = new([.. Environment.UserName.Where(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.').SkipWhile(c => c is '-' or '.')]);
        return name.Length == 0 ? "peer" : name;
    }
}
