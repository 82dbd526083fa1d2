using LanPeer.Security;

namespace LanPeer.Tests.Security;

/// <summary>Identities of which only the public half matters.</summary>
internal static class Someone
{
    public static PublicIdentity New()
    {
        using var identity = Identity.Create();
        return identity.Public;
    }
}
