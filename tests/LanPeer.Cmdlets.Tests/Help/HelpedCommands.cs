using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using LanPeer.Cmdlets.Commands;

namespace LanPeer.Cmdlets.Tests.Help;

/// <summary>The commands as PowerShell's own engine reads them from the assembly.</summary>
internal static class HelpedCommands
{
    private static readonly HashSet<string> s_common = [.. PSCmdlet.CommonParameters];

    /// <summary>What a default is called where the value itself would say nothing to a reader.</summary>
    private static readonly Dictionary<string, string> s_named = new()
    {
        ["Start-LanPeer -Name"] = "The user's name",
        ["Start-LanPeer -Network"] = "LANPEER_NETWORK, else Lan",
        ["Find-LanPeer -Network"] = "LANPEER_NETWORK, else Lan",

        // Another one each time.
        ["Register-LanMessageEvent -SourceIdentifier"] = "",
    };

    public static IReadOnlyDictionary<string, CmdletInfo> All { get; } = typeof(StartLanPeerCommand).Assembly.GetExportedTypes()
        .Where(static type => type.GetCustomAttribute<CmdletAttribute>() is not null)
        .Select(static type => new CmdletInfo(NameOf(type), type))
        .ToDictionary(static command => command.Name);

    /// <summary>The parameters that are the command's: all but PowerShell's common ones. -WhatIf and -Confirm count.</summary>
    public static IReadOnlyList<ParameterMetadata> ParametersOf(CmdletInfo command)
        => [.. command.Parameters.Values.Where(static parameter => !s_common.Contains(parameter.Name)).OrderBy(static parameter => parameter.Name, StringComparer.Ordinal)];

    public static bool IsCommon(string parameter) => s_common.Contains(parameter);

    /// <summary>The default as a page has it: what the property holds in a new command.</summary>
    public static string DefaultOf(CmdletInfo command, ParameterMetadata parameter)
    {
        if (parameter.SwitchParameter)
        {
            return "False";
        }

        if (s_named.TryGetValue($"{command.Name} -{parameter.Name}", out string? named))
        {
            return named;
        }

        if (parameter.ParameterSets.Values.All(static set => set.IsMandatory))
        {
            return "";
        }

        object made = Activator.CreateInstance(command.ImplementingType)!;
        using (made as IDisposable)
        {
            return Say(made.GetType().GetProperty(parameter.Name)!.GetValue(made));
        }
    }

    private static string Say(object? value) => value switch
    {
        null or "" => "",
        int.MaxValue or double.PositiveInfinity => "No limit",
        string text => text,
        IEnumerable many => string.Join(", ", many.Cast<object>()),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string NameOf(Type type)
    {
        CmdletAttribute attribute = type.GetCustomAttribute<CmdletAttribute>()!;
        return $"{attribute.VerbName}-{attribute.NounName}";
    }
}
