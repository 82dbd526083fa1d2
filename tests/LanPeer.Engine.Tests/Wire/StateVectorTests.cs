using System.Linq;
using System.Text.Json;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Wire;

public sealed class StateVectorTests
{
    public static TheoryData<string> Names => VectorFile.State.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Goes_as_told(string name)
    {
        JsonElement entry = VectorFile.State[name];
        var peer = new ScriptedPeer(entry.GetProperty("peer"));
        int number = 0;
        foreach (JsonElement step in entry.GetProperty("steps").EnumerateArray())
        {
            number++;
            string place = $"step {number}: {step.GetRawText()}";
            if (step.TryGetProperty("do", out JsonElement command))
            {
                peer.Do(step, command.GetString()!);
            }
            else
            {
                int repeat = step.TryGetProperty("repeat", out JsonElement times) ? times.GetInt32() : 1;
                for (int i = 0; i < repeat; i++)
                {
                    DropReason reason = peer.Receive(step, i);
                    string expected = VectorFile.Optional(step, "drop") ?? "None";
                    Assert.True(expected == reason.ToString(), $"{reason} at {place}");
                }
            }

            Check(peer, step, place);
        }
    }

    private static void Check(ScriptedPeer peer, JsonElement step, string place)
    {
        if (step.TryGetProperty("sends", out JsonElement sends))
        {
            Equal(string.Join(", ", sends.EnumerateArray().Select(s => s.GetString()).Order()), string.Join(", ", peer.Sent.Order()), place);
        }

        if (step.TryGetProperty("peers", out JsonElement peers))
        {
            Equal(string.Join(", ", peers.EnumerateObject().Select(p => $"{p.Name} {p.Value.GetString()}").Order()),
                string.Join(", ", peer.Machine.Peers.Select(p => $"{p.UserId} {p.Endpoint}").Order()), place);
        }

        if (step.TryGetProperty("conflicts", out JsonElement conflicts))
        {
            Equal(string.Join(", ", conflicts.EnumerateArray().Select(c => c.GetString())),
                string.Join(", ", peer.Machine.Peers.Where(p => p.IsConflicting).Select(p => p.UserId)), place);
        }

        if (step.TryGetProperty("delivered", out JsonElement delivered))
        {
            Equal(delivered.GetString() ?? "nothing", peer.Delivered ?? "nothing", place);
        }
    }

    private static void Equal(string expected, string actual, string place)
        => Assert.True(expected == actual, $"Expected '{expected}', found '{actual}' at {place}");
}
