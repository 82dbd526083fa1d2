using System;
using System.IO;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace LanPeer.Cmdlets.Tests;

/// <summary>Errors are an interface: id, category, target and a way out.</summary>
public sealed class ErrorTests
{
    [Theory]
    [InlineData("Start-LanPeer 'a b' -DiscoveryPort $port", LanErrorId.InvalidName, ErrorCategory.InvalidArgument)]
    [InlineData("Start-LanPeer 'a|b' -DiscoveryPort $port", LanErrorId.InvalidName, ErrorCategory.InvalidArgument)]
    [InlineData("Start-LanPeer a -DiscoveryPort 0", LanErrorId.InvalidOption, ErrorCategory.InvalidArgument)]
    [InlineData("Start-LanPeer a -Port 65536", LanErrorId.InvalidOption, ErrorCategory.InvalidArgument)]
    [InlineData("Start-LanPeer a -AnnounceInterval 0", LanErrorId.InvalidOption, ErrorCategory.InvalidArgument)]
    [InlineData("Start-LanPeer a -PeerTimeout NaN", LanErrorId.InvalidOption, ErrorCategory.InvalidArgument)]
    [InlineData("Start-LanPeer a -Seed nowhere", LanErrorId.InvalidOption, ErrorCategory.InvalidArgument)]
    [InlineData("Start-LanPeer a -Seed 10.0.0.1:8000", LanErrorId.NetworkConfined, ErrorCategory.InvalidArgument)]
    [InlineData("Start-LanPeer a -Network Lan", LanErrorId.NetworkConfined, ErrorCategory.InvalidArgument)]
    [InlineData("Find-LanPeer -Network Lan", LanErrorId.NetworkConfined, ErrorCategory.InvalidArgument)]
    [InlineData("Find-LanPeer -Timeout -1", LanErrorId.InvalidOption, ErrorCategory.InvalidArgument)]
    [InlineData("Receive-LanMessage", LanErrorId.NoSession, ErrorCategory.InvalidOperation)]
    [InlineData("Send-LanPost hello", LanErrorId.NoSession, ErrorCategory.InvalidOperation)]
    [InlineData("Send-LanDM bob hello", LanErrorId.NoSession, ErrorCategory.InvalidOperation)]
    [InlineData("Test-LanPeer bob", LanErrorId.NoSession, ErrorCategory.InvalidOperation)]
    [InlineData("Set-LanProfile -Status x", LanErrorId.NoSession, ErrorCategory.InvalidOperation)]
    [InlineData("Get-LanProfile", LanErrorId.NoSession, ErrorCategory.InvalidOperation)]
    public void Without_a_session(string script, string errorId, ErrorCategory category)
    {
        using var shell = new PowerShellSession();
        AssertError(shell.Error(script), errorId, category);
    }

    [Theory]
    [InlineData("Start-LanPeer alice -DiscoveryPort $port", LanErrorId.NameInUse, ErrorCategory.ResourceExists)]
    [InlineData("Get-LanPeer nobody", LanErrorId.PeerNotFound, ErrorCategory.ObjectNotFound)]
    [InlineData("Send-LanDM nobody hello", LanErrorId.PeerNotFound, ErrorCategory.ObjectNotFound)]
    [InlineData("Test-LanPeer nobody", LanErrorId.PeerNotFound, ErrorCategory.ObjectNotFound)]
    [InlineData("Send-LanDM n*y hello", LanErrorId.PeerNotFound, ErrorCategory.ObjectNotFound)]
    [InlineData("Get-LanProfile nobody", LanErrorId.PeerNotFound, ErrorCategory.ObjectNotFound)]
    [InlineData("Save-LanAvatar nobody", LanErrorId.PeerNotFound, ErrorCategory.ObjectNotFound)]
    [InlineData("Send-LanPost ''", LanErrorId.EmptyMessage, ErrorCategory.InvalidData)]
    [InlineData("Send-LanPost $null", LanErrorId.EmptyMessage, ErrorCategory.InvalidData)]
    [InlineData("Send-LanPost ('x' * 1048577)", LanErrorId.MessageTooLarge, ErrorCategory.LimitsExceeded)]
    [InlineData("Set-LanProfile -DisplayName \"two`nlines\"", LanErrorId.InvalidText, ErrorCategory.InvalidData)]
    [InlineData("Set-LanProfile -Status ('x' * 1025)", LanErrorId.MessageTooLarge, ErrorCategory.LimitsExceeded)]
    [InlineData("Set-LanProfile -AvatarPath no-such-file.png", LanErrorId.FileNotFound, ErrorCategory.ObjectNotFound)]
    [InlineData("Receive-LanMessage -Timeout ([double]::MaxValue)", LanErrorId.InvalidOption, ErrorCategory.InvalidArgument)]
    public void With_a_session(string script, string errorId, ErrorCategory category)
    {
        using var shell = new PowerShellSession();
        shell.Start("alice");
        AssertError(shell.Error(script), errorId, category);
    }

    [Fact]
    public void A_stopped_session_says_so()
    {
        using var shell = new PowerShellSession();
        LanSession session = shell.Start("alice");
        session.Dispose();
        shell.Runspace.SessionStateProxy.SetVariable("session", session);
        AssertError(shell.Error("Send-LanPost hello -Session $session"), LanErrorId.SessionStopped, ErrorCategory.InvalidOperation);
        Assert.Empty(shell.Run("Receive-LanMessage -Session $session"));
        Assert.Empty(shell.Errors);
    }

    [Fact]
    public void A_taken_port_is_named()
    {
        using var holder = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        holder.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var shell = new PowerShellSession();
        ErrorRecord error = shell.Error($"Start-LanPeer alice -DiscoveryPort $port -Port {((IPEndPoint)holder.LocalEndPoint!).Port}");
        AssertError(error, LanErrorId.PortInUse, ErrorCategory.ResourceUnavailable);
    }

    [Theory]
    [InlineData(20_481, true, LanErrorId.AvatarTooLarge, ErrorCategory.LimitsExceeded)]
    [InlineData(2_000_000, true, LanErrorId.AvatarTooLarge, ErrorCategory.LimitsExceeded)]
    [InlineData(500, false, LanErrorId.AvatarNotAnImage, ErrorCategory.InvalidData)]
    [InlineData(0, false, LanErrorId.AvatarNotAnImage, ErrorCategory.InvalidData)]
    public void A_bad_avatar_is_an_error_and_the_old_profile_stands(int length, bool isImage, string errorId, ErrorCategory category)
    {
        byte[] bytes = new byte[length];
        if (isImage)
        {
            "GIF89a"u8.CopyTo(bytes);
        }

        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, bytes);
            using var shell = new PowerShellSession();
            LanSession session = shell.Start("alice");
            shell.Run("Set-LanProfile -Status before");
            AssertError(shell.Error($"Set-LanProfile -Status after -AvatarPath '{file}'"), errorId, category);
            Assert.Equal("before", session.GetProfile()?.Status);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_folder_as_avatar_is_no_file()
    {
        using var shell = new PowerShellSession();
        shell.Start("alice");
        AssertError(shell.Error($"Set-LanProfile -AvatarPath '{Path.GetTempPath()}'"), LanErrorId.FileNotReadable, ErrorCategory.ReadError);
    }

    private static void AssertError(ErrorRecord error, string errorId, ErrorCategory category)
    {
        Assert.Equal(errorId, error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal(category, error.CategoryInfo.Category);
        Assert.False(string.IsNullOrWhiteSpace(error.ErrorDetails?.RecommendedAction), "no recommended action");
        Assert.IsType<LanPeerException>(error.Exception);
    }
}
