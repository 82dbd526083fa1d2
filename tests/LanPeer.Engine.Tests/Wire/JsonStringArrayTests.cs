using System;
using System.Text;
using System.Text.Json;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Wire;

/// <summary>The validator that throws nothing agrees with the platform's reader, which does.</summary>
public sealed class JsonStringArrayTests
{
    private const string Alphabet = "[]\",\\u 0aDd8c9eF\n\tbfnr/{}:1x\u00e9";

    [Fact]
    public void It_agrees_with_the_platform_on_random_texts()
    {
        int accepted = 0;
        for (int seed = 0; seed < 200_000; seed++)
        {
            var random = new Random(seed);
            var text = new StringBuilder("[\"");
            for (int i = random.Next(14); i > 0; i--)
            {
                text.Append(random.Next(4) == 0 ? "\\uD8" : Alphabet[random.Next(Alphabet.Length)].ToString());
            }

            text.Append(random.Next(3) == 0 ? "\\uD83D\\uDE00" : "").Append(random.Next(3) > 0 ? "\"]" : "");
            byte[] json = Encoding.UTF8.GetBytes(text.ToString());
            bool isValid = JsonStringArray.IsValid(json);
            Assert.True(Platform(json) == isValid, $"seed {seed}: {text}");
            accepted += isValid ? 1 : 0;
        }

        Assert.InRange(accepted, 5_000, 195_000);
    }

    private static bool Platform(byte[] json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Array)
            {
                return false;
            }

            foreach (JsonElement element in document.RootElement.EnumerateArray())
            {
                if (element.ValueKind != JsonValueKind.String || element.GetString() is null)
                {
                    return false;
                }
            }

            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
