using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using LanPeer.Cmdlets.Commands;
using Xunit;

namespace LanPeer.Cmdlets.Tests;

/// <summary>What users rely on by name: commands, parameters, types, error ids.</summary>
public sealed class ContractTests
{
    private static readonly Type[] s_commands = [.. typeof(StartLanPeerCommand).Assembly.GetExportedTypes()
        .Where(type => type.GetCustomAttribute<CmdletAttribute>() is not null)];

    public static TheoryData<string, string> FixedParameters => new()
    {
        { "Start-LanPeer", "Name Port DiscoveryPort Network Interface AnnounceInterval PeerTimeout Seed NetworkName NetworkKey StatePath Ephemeral RequireTrust AllowUnsigned" },
        { "Stop-LanPeer", "Session" },
        { "Get-LanPeer", "Name Session" },
        { "Find-LanPeer", "Timeout Count Session" },
        { "Send-LanPost", "Message Wait Timeout PassThru Session" },
        { "Send-LanDM", "To Message Timeout NoWait PassThru Session" },
        { "Test-LanPeer", "To Count Timeout Interval Quiet Session" },
        { "Set-LanProfile", "DisplayName Status AvatarPath RemoveAvatar Session" },
        { "Get-LanProfile", "Name Session" },
        { "Receive-LanMessage", "Wait Timeout Count Type From Keep Session" },
        { "Register-LanMessageEvent", "Type From Session" },
        { "Approve-LanPeer", "PeerId Force PassThru Session" },
        { "Block-LanPeer", "PeerId PassThru Session" },
        { "Unblock-LanPeer", "PeerId PassThru Session" },
        { "Get-LanPin", "PeerId State Session" },
        { "Export-LanPin", "Path Force NoClobber PassThru Session" },
        { "Import-LanPin", "Path Session" },
        { "Remove-LanPin", "PeerId Session" },
    };

    public static TheoryData<Type, string> FixedProperties => new()
    {
        { typeof(LanSession), "Name UserId PeerId Port Network State Peers Inbox Counters" },
        { typeof(LanPeer), "UserId PeerId Name DisplayName Status Address Port State Trust LastSeen Dialect" },
        { typeof(LanMessage), "Type From FromPeer To Content Data Timestamp ReceivedAt MessageId Trust" },
        { typeof(LanProfile), "UserId DisplayName Status AvatarType AvatarBytes" },
        { typeof(LanDelivery), "MessageId To State Tries RoundTrip Reason" },
        { typeof(LanPing), "To PeerId Address Sequence State RoundTrip" },
        { typeof(LanPin), "PeerId State UserIds FirstSeen LastSeen" },
        { typeof(LanMessageEventArgs), "Message" },
        { typeof(LanPeerEventArgs), "Change Peer At" },
        { typeof(LanDeliveryEventArgs), "Delivery" },
        { typeof(LanTrustEventArgs), "Kind Peer PinnedPeerId At Message RecommendedAction ErrorId" },
    };

    [Theory]
    [MemberData(nameof(FixedParameters))]
    public void The_fixed_parameters_are_there(string command, string parameters)
    {
        Type type = s_commands.Single(candidate => NameOf(candidate) == command);
        IEnumerable<string> declared = type.GetProperties().Where(IsParameter).Select(property => property.Name);
        Assert.Empty(parameters.Split(' ').Except(declared));
    }

    [Theory]
    [MemberData(nameof(FixedProperties))]
    public void The_fixed_properties_are_there(Type type, string properties)
        => Assert.Empty(properties.Split(' ').Except(type.GetProperties().Select(property => property.Name)));

    [Fact]
    public void Every_command_is_in_the_manifest_and_the_manifest_names_no_other()
    {
        string manifest = File.ReadAllText(Path.Combine(RepositoryRoot(), "LanPeer.psd1"));
        string[] exported = [.. manifest.Split('\'').Where(part => part.Contains("-Lan", StringComparison.Ordinal)).Order()];
        Assert.Equal(s_commands.Select(NameOf).Order(), exported);
    }

    [Fact]
    public void Every_command_declares_what_it_gives_and_asks_before_it_changes_something()
    {
        string[] asking =
        [
            VerbsLifecycle.Start, VerbsLifecycle.Stop, VerbsLifecycle.Approve, VerbsSecurity.Block, VerbsSecurity.Unblock,
            VerbsCommunications.Send, VerbsCommon.Set, VerbsCommon.Remove, VerbsData.Save, VerbsData.Export, VerbsData.Import,
        ];
        foreach (Type command in s_commands)
        {
            CmdletAttribute attribute = command.GetCustomAttribute<CmdletAttribute>()!;
            Assert.True(command.IsSealed && command.Name.EndsWith("Command", StringComparison.Ordinal), command.Name);
            Assert.True(command.GetCustomAttributes<OutputTypeAttribute>().Any(), $"{command.Name} declares no output");
            Assert.Equal(asking.Contains(attribute.VerbName), attribute.SupportsShouldProcess);
            Assert.True(attribute.ConfirmImpact <= ConfirmImpact.Medium, $"{command.Name} would fail under -NonInteractive");
        }
    }

    [Fact]
    public void No_parameter_set_takes_two_parameters_from_the_pipeline()
    {
        foreach (Type command in s_commands)
        {
            var sets = command.GetProperties().SelectMany(property => property.GetCustomAttributes<ParameterAttribute>())
                .Where(parameter => parameter.ValueFromPipeline).GroupBy(parameter => parameter.ParameterSetName);
            Assert.All(sets, set => Assert.Single(set));
        }
    }

    [Fact]
    public void Every_error_id_has_a_category()
    {
        foreach (FieldInfo id in typeof(LanErrorId).GetFields())
        {
            Assert.Equal(id.Name, id.GetValue(null));
            Assert.NotEqual(ErrorCategory.NotSpecified, LanErrors.CategoryOf(id.Name));
        }
    }

    internal static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "LanPeer.PS.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("The repository's root is above none of the test's folders.");
    }

    private static bool IsParameter(PropertyInfo property) => property.IsDefined(typeof(ParameterAttribute));

    private static string NameOf(Type command)
    {
        CmdletAttribute attribute = command.GetCustomAttribute<CmdletAttribute>()!;
        return $"{attribute.VerbName}-{attribute.NounName}";
    }
}
