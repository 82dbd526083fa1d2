using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace LanPeer.Host;

/// <content>What the engine asks. Where nobody can answer, a question is an error that says so.</content>
internal sealed partial class HostUserInterface
{
    /// <summary>Stops the command that asks when its question is answered with Ctrl+C.</summary>
    public Action Interrupt { get; set; } = static () => { };

    /// <summary>The error for a question that nobody is there to answer.</summary>
    public static HostException CannotAsk(string what) => new(
        $"This host cannot ask for {what}: it was started with -NonInteractive or its standard input is not a terminal. "
        + "Give the command what it needs as parameters, for example -Confirm:$false.",
        null, "HostCannotAsk", ErrorCategory.InvalidOperation);

    /// <summary>Throws <see cref="CannotAsk"/> unless somebody can answer.</summary>
    public void RequireAnswers(string what)
    {
        if (!terminal.CanAsk)
        {
            throw CannotAsk(what);
        }
    }

    public override string ReadLine()
    {
        RequireAnswers("a line");
        return Ask(string.Empty) ?? string.Empty;
    }

    public override SecureString ReadLineAsSecureString()
    {
        RequireAnswers("a secret");
        return AskSecret(string.Empty);
    }

    public override Dictionary<string, PSObject> Prompt(
        string caption, string message, Collection<FieldDescription> descriptions)
    {
        RequireAnswers($"values ({string.Join(", ", descriptions.Select(static field => field.Name))})");
        Announce(caption, message);
        Dictionary<string, PSObject> answers = [];
        foreach (FieldDescription field in descriptions)
        {
            answers[field.Name] = new PSObject(AskField(field));
        }

        return answers;
    }

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName) =>
        PromptForCredential(
            caption, message, userName, targetName, PSCredentialTypes.Default, PSCredentialUIOptions.Default);

    public override PSCredential PromptForCredential(string caption, string message, string userName,
        string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options)
    {
        RequireAnswers("a user name and a password");
        Announce(caption, message);
        string user = string.IsNullOrEmpty(userName) ? Ask("User: ") ?? string.Empty : userName;
        return new PSCredential(user, AskSecret($"Password for user {user}: "));
    }

    public override int PromptForChoice(
        string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        RequireAnswers($"a choice ({caption} {message})".Replace('\n', ' '));
        Announce(caption, message);
        Choice[] keys = choices.Select(static choice => new Choice(choice)).ToArray();
        string prompt = Choice.Line(keys, defaultChoice);
        while (true)
        {
            // The end of the input chooses nothing; asking again would never end.
            string answer = (Ask(prompt) ?? throw CannotAsk("a choice")).Trim();
            int chosen = Array.FindIndex(keys, key => key.IsNamed(answer));
            if (answer.Length == 0 && defaultChoice >= 0)
            {
                return defaultChoice;
            }

            if (chosen >= 0)
            {
                return chosen;
            }

            if (answer == Choice.HelpKey)
            {
                foreach (Choice key in keys)
                {
                    WriteLine($"{key.Key} - {key.Help}");
                }
            }
        }
    }

    private object AskField(FieldDescription field)
    {
        Type type = Type.GetType(field.ParameterAssemblyFullName) ?? typeof(string);
        if (type == typeof(SecureString))
        {
            return AskSecret(field.Name + ": ");
        }

        if (type == typeof(PSCredential))
        {
            return PromptForCredential(string.Empty, string.Empty, string.Empty, string.Empty);
        }

        if (!type.IsArray)
        {
            return Convert(Ask(field.Name + ": "), type);
        }

        // As many values as there are; an empty line ends them.
        List<string> values = [];
        while (Ask($"{field.Name}[{values.Count}]: ") is { Length: > 0 } value)
        {
            values.Add(value);
        }

        return Convert(values, type);
    }

    private static object Convert(object? value, Type type) =>
        LanguagePrimitives.ConvertTo(value, type, CultureInfo.CurrentCulture);

    private void Announce(string? caption, string? message)
    {
        foreach (string text in new[] { caption, message }.OfType<string>().Where(static text => text.Length > 0))
        {
            WriteLine(text);
        }
    }

    private string? Ask(string prompt, bool secret = false)
    {
        _progress.Clear();
        ReadResult result = lines.Read(Shown(prompt), new LineReading { Secret = secret });
        if (result.Text is null && !result.EndOfInput)
        {
            Interrupt();
            throw new PipelineStoppedException();
        }

        return result.Text;
    }

    private SecureString AskSecret(string prompt)
    {
        SecureString secret = new();
        foreach (char character in Ask(prompt, secret: true) ?? string.Empty)
        {
            secret.AppendChar(character);
        }

        secret.MakeReadOnly();
        return secret;
    }
}
