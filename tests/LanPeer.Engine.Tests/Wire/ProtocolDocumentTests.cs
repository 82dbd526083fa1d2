using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Wire;

/// <summary>docs/protocol.md names what the code knows, and nothing that it does not.</summary>
public sealed partial class ProtocolDocumentTests
{
    private readonly string _document = File.ReadAllText(Path.Combine(VectorFile.Folder, "protocol.md"));

    [Fact]
    public void Every_drop_reason_is_explained()
        => Assert.Equal(
            Enum.GetNames<DropReason>().Where(n => n != nameof(DropReason.None)).Order(),
            FirstColumn("## Drop reasons").Order());

    [Fact]
    public void Every_type_has_its_section()
        => Assert.Equal(
            Enum.GetValues<MessageType>().Where(t => t != MessageType.Unknown).Select(WireNames.Of).Order(),
            Heading().Matches(_document).Select(m => m.Groups[1].Value).Order());

    [Fact]
    public void Every_key_is_named()
        => Assert.DoesNotContain(Enum.GetValues<Field>(), f => f != Field.None && !_document.Contains($"`{WireNames.Of(f)}`"));

    [Theory]
    [InlineData(WireLimits.MaxDatagram)]
    [InlineData(WireLimits.MaxUserId)]
    [InlineData(WireLimits.MaxDisplayName)]
    [InlineData(WireLimits.MaxStatus)]
    [InlineData(WireLimits.MaxMessageId)]
    [InlineData(WireLimits.MaxNonce)]
    [InlineData(WireLimits.MaxAvatar)]
    public void Every_limit_is_in_the_table(int limit)
        => Assert.Contains($" {limit.ToString("N0", CultureInfo.InvariantCulture)} ", Section("## Limits"));

    private string[] FirstColumn(string heading) => [.. Row().Matches(Section(heading)).Select(m => m.Groups[1].Value)];

    private string Section(string heading)
    {
        int start = _document.IndexOf(heading + "\n", StringComparison.Ordinal);
        Assert.True(start >= 0, $"There is no section {heading}.");
        int end = _document.IndexOf("\n## ", start + heading.Length, StringComparison.Ordinal);
        return end < 0 ? _document[start..] : _document[start..end];
    }

    [GeneratedRegex(@"^\| `(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^### ([A-Z_]+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
