using System;
using System.Management.Automation;

namespace LanPeer.Cmdlets.Data;

/// <summary>One message as it is handed to the session: a text, or data as JSON.</summary>
/// <param name="Text">What is sent.</param>
/// <param name="IsData">Whether it is JSON.</param>
/// <param name="Source">What it was made of, for error records.</param>
internal readonly record struct Payload(string Text, bool IsData, object? Source)
{
    public static Payload[] OfTexts(string[]? messages)
        => Array.ConvertAll(messages ?? [null!], static message => new Payload(message ?? "", IsData: false, message));

    /// <param name="input">Any object.</param>
    /// <param name="asJson">Whether it is sent as data; otherwise as what a person would read.</param>
    /// <param name="depth">How deep.</param>
    /// <param name="commands">Where to find what shows it.</param>
    /// <param name="warn">Told when something was deeper.</param>
    /// <exception cref="LanPeerException">It is too large, or no Unicode.</exception>
    public static Payload OfObject(object? input, bool asJson, int depth, CommandInvocationIntrinsics commands, Action<string> warn)
    {
        if (!asJson)
        {
            return new Payload(ReadableText.Of(input, commands), IsData: false, input);
        }

        string json = DataWriter.Write(input, depth, out bool isCut);
        if (isCut)
        {
            warn($"The data is nested deeper than {depth}; what is deeper was sent as text. -Depth sends more of it.");
        }

        return new Payload(json, IsData: true, input);
    }

    public LanSending Post(LanSession session, TimeSpan? patience)
        => IsData ? session.BeginPostData(Text, patience) : session.BeginPost(Text, patience);

    public LanSending DM(LanSession session, string id, TimeSpan patience)
        => IsData ? session.BeginDMData(id, Text, patience) : session.BeginDM(id, Text, patience);
}
