using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace LanPeer.Cmdlets.Data;

/// <summary>Any object as the text a person would read: what the prompt shows of it, without colours.</summary>
internal static class ReadableText
{
    /// <summary>Columns a table may take: what fits most terminals, chats and mails.</summary>
    private const int Width = 120;

    /// <summary>SGR sequences (ECMA-48, 8.3.117), which views write for colours, and OSC 8, for links.</summary>
    private static readonly Regex s_colours = new("\u001b(\\[[0-9;:]*m|\\]8;[^\u001b\u0007]*(\u001b\\\\|\u0007))", RegexOptions.CultureInvariant);

    /// <param name="value">The object, with its wrapper if it has one.</param>
    /// <param name="commands">Where to find Out-String; an engine without it gets a list of the properties.</param>
    public static string Of(object? value, CommandInvocationIntrinsics commands)
    {
        object? bare = value is PSObject wrapped ? wrapped.BaseObject : value;
        if (bare is null)
        {
            return "";
        }

        if (HasTextOfItsOwn(bare))
        {
            return LanguagePrimitives.ConvertTo<string>(value);
        }

        string text = commands.GetCommand("Microsoft.PowerShell.Utility\\Out-String", CommandTypes.Cmdlet) is null
            ? List(PSObject.AsPSObject(value!), bare)
            : string.Concat(commands.InvokeScript(
                "param($value, $width) $value | Microsoft.PowerShell.Utility\\Out-String -Width $width", true,
                System.Management.Automation.Runspaces.PipelineResultTypes.None, null, value, Width));
        return Trim(s_colours.Replace(text, ""));
    }

    private static bool HasTextOfItsOwn(object value)
        => value is string or IFormattable or Uri or Version or bool or char or Exception or ErrorRecord or ScriptBlock or Type or InformationRecord
            or WarningRecord or VerboseRecord or DebugRecord or SwitchParameter;

    /// <summary>Without empty lines around it and blanks behind its lines, which tables are full of.</summary>
    private static string Trim(string text)
        => string.Join("\n", text.Split('\n').Select(static line => line.TrimEnd())).Trim('\n');

    private static string List(PSObject value, object bare)
    {
        IEnumerable<(string Name, object? Value)> pairs = bare is IDictionary dictionary
            ? dictionary.Cast<DictionaryEntry>().Select(static entry => (LanguagePrimitives.ConvertTo<string>(entry.Key), entry.Value))
            : bare is PSCustomObject ? value.Properties.Select(static property => (property.Name, (object?)property.Value)) : [];
        string list = string.Join("\n", pairs.Select(static pair => $"{pair.Name} : {LanguagePrimitives.ConvertTo<string>(pair.Value)}"));
        return list.Length > 0 ? list : LanguagePrimitives.ConvertTo<string>(value);
    }
}
