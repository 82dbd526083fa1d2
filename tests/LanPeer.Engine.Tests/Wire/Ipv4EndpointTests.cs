using System.Net;
using System.Text;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Wire;

public sealed class Ipv4EndpointTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.77.0.1")]
    [InlineData("127.0.0.1")]
    [InlineData("192.168.100.200")]
    [InlineData("255.255.255.255")]
    public void Address_is_read_as_the_system_reads_it(string text)
    {
        Assert.True(Ipv4Endpoint.TryParseAddress(Encoding.ASCII.GetBytes(text), out uint address));
        byte[] bytes = IPAddress.Parse(text).GetAddressBytes();
        Assert.Equal((uint)((bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3]), address);
        Assert.Equal(text, new Ipv4Endpoint(address, 1).AddressText);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.")]
    [InlineData(".1.2.3")]
    [InlineData("1..2.3")]
    [InlineData("1.2.3.256")]
    [InlineData("1.2.3.04")]
    [InlineData("01.2.3.4")]
    [InlineData("1.2.3.00")]
    [InlineData("1.2.3.+4")]
    [InlineData("1.2.3.-4")]
    [InlineData("1.2.3. 4")]
    [InlineData(" 1.2.3.4")]
    [InlineData("1.2.3.4 ")]
    [InlineData("1.2.3.4\n")]
    [InlineData("0x1.2.3.4")]
    [InlineData("1.2.3.1e1")]
    [InlineData("::1")]
    [InlineData("localhost")]
    public void Nothing_else_is_an_address(string text) => Assert.False(Ipv4Endpoint.TryParseAddress(Encoding.UTF8.GetBytes(text), out _));

    [Theory]
    [InlineData("10.77.0.1:1", 1)]
    [InlineData("10.77.0.1:65535", 65535)]
    [InlineData("10.77.0.1:0080", 80)]
    public void Endpoint_is_read(string text, int port)
    {
        Assert.True(Ipv4Endpoint.TryParse(Encoding.ASCII.GetBytes(text), out Ipv4Endpoint endpoint));
        Assert.Equal(new Ipv4Endpoint(0x0A4D0001, (ushort)port), endpoint);
        Assert.Equal($"10.77.0.1:{port}", endpoint.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("10.77.0.1")]
    [InlineData("10.77.0.1:")]
    [InlineData(":80")]
    [InlineData("10.77.0.1:0")]
    [InlineData("10.77.0.1:65536")]
    [InlineData("10.77.0.1:4294967376")]
    [InlineData("10.77.0.1:-1")]
    [InlineData("10.77.0.1:+1")]
    [InlineData("10.77.0.1: 1")]
    [InlineData("10.77.0.1:1 ")]
    [InlineData("10.77.0.1:80:80")]
    [InlineData("host:80")]
    public void Nothing_else_is_an_endpoint(string text) => Assert.False(Ipv4Endpoint.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Theory]
    [InlineData("10.77.0.1:80", true)]
    [InlineData("1.0.0.0:80", true)]
    [InlineData("127.0.0.1:80", true)]
    [InlineData("223.255.255.255:80", true)]
    [InlineData("0.0.0.0:80", false)]
    [InlineData("0.1.2.3:80", false)]
    [InlineData("127.255.255.255:80", false)]
    [InlineData("224.0.0.1:80", false)]
    [InlineData("240.0.0.1:80", false)]
    [InlineData("255.255.255.255:80", false)]
    public void Only_one_host_can_own_an_endpoint(string text, bool isUsable)
    {
        Assert.True(Ipv4Endpoint.TryParse(Encoding.ASCII.GetBytes(text), out Ipv4Endpoint endpoint));
        Assert.Equal(isUsable, endpoint.IsUsable);
        Assert.False((endpoint with { Port = 0 }).IsUsable);
    }

    [Theory]
    [InlineData("0", 9, true)]
    [InlineData("9", 9, true)]
    [InlineData("10", 9, false)]
    [InlineData("0000000009", 9, true)]
    [InlineData("00000000009", 9, false)]
    [InlineData("", 9, false)]
    [InlineData("+9", 9, false)]
    [InlineData("9.", 9, false)]
    [InlineData("4294967295", uint.MaxValue, true)]
    [InlineData("4294967296", uint.MaxValue, false)]
    public void Decimal_is_digits_up_to_a_bound(string text, uint max, bool isRead)
        => Assert.Equal(isRead, Ipv4Endpoint.TryParseDecimal(Encoding.ASCII.GetBytes(text), max, out _));

    [Fact]
    public void Loopback_is_127_slash_8()
    {
        Assert.True(Ipv4Endpoint.IsLoopbackAddress(0x7F000000));
        Assert.True(Ipv4Endpoint.IsLoopbackAddress(Ipv4Endpoint.LoopbackBroadcast));
        Assert.False(Ipv4Endpoint.IsLoopbackAddress(0x7E000001));
        Assert.False(Ipv4Endpoint.IsLoopbackAddress(0x80000001));
    }

    [Fact]
    public void Longest_text_has_the_length_it_is_said_to_have()
        => Assert.Equal(Ipv4Endpoint.MaxTextLength, new Ipv4Endpoint(uint.MaxValue, ushort.MaxValue).ToString().Length);
}
