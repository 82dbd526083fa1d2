using System;
using System.IO;
using System.Reflection;
using System.Reflection.Emit;

namespace LanPeer.Benchmarks;

/// <summary>Modules to compare an import with, made in a folder.</summary>
internal static class SampleModule
{
    /// <summary>The manifest's file, of a module with an assembly that holds no command.</summary>
    public static string MakeEmpty(string folder, string name)
    {
        string place = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(name), typeof(object).Assembly);
        assembly.DefineDynamicModule(name);
        assembly.Save(Path.Combine(place, $"{name}.dll"));
        return WriteManifest(place, name, "@()", "");
    }

    /// <summary>
    /// The manifest's file, of the smallest module that is as a good one should be: one command, named in the manifest,
    /// and a format file with one view.
    /// </summary>
    public static string MakeSmallest(string folder, string name)
    {
        string place = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(name), typeof(object).Assembly);
        (TypeBuilder cmdlet, ConstructorBuilder constructor, ConstructorBuilder attribute) = DefinePowerShell();
        TypeBuilder command = assembly.DefineDynamicModule(name).DefineType("GetNothingCommand", TypeAttributes.Public | TypeAttributes.Sealed, cmdlet);
        command.SetCustomAttribute(attribute, [1, 0, 3, .. "Get"u8, 7, .. "Nothing"u8, 0, 0]);
        DefineConstructor(command, constructor);
        _ = command.CreateType();
        assembly.Save(Path.Combine(place, $"{name}.dll"));
        File.WriteAllText(Path.Combine(place, $"{name}.format.ps1xml"), $$"""
            <?xml version="1.0" encoding="utf-8"?>
            <Configuration>
              <ViewDefinitions>
                <View>
                  <Name>Nothing</Name>
                  <ViewSelectedBy><TypeName>{{name}}.Nothing</TypeName></ViewSelectedBy>
                  <TableControl>
                    <TableHeaders><TableColumnHeader /></TableHeaders>
                    <TableRowEntries>
                      <TableRowEntry>
                        <TableColumnItems><TableColumnItem><PropertyName>Name</PropertyName></TableColumnItem></TableColumnItems>
                      </TableRowEntry>
                    </TableRowEntries>
                  </TableControl>
                </View>
              </ViewDefinitions>
            </Configuration>
            """);
        return WriteManifest(place, name, "@('Get-Nothing')", $"    FormatsToProcess     = @('{name}.format.ps1xml')\n");
    }

    /// <summary>
    /// What a command refers to, by the version all PowerShells have: with that of the package here, an older pwsh would
    /// not load the command.
    /// </summary>
    private static (TypeBuilder Cmdlet, ConstructorBuilder Constructor, ConstructorBuilder Attribute) DefinePowerShell()
    {
        const string Name = "System.Management.Automation";
        var powerShell = new PersistedAssemblyBuilder(
            new AssemblyName($"{Name}, Version=3.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35"), typeof(object).Assembly);
        ModuleBuilder module = powerShell.DefineDynamicModule(Name);
        TypeBuilder cmdlet = module.DefineType($"{Name}.Cmdlet", TypeAttributes.Public | TypeAttributes.Abstract);
        TypeBuilder attribute = module.DefineType($"{Name}.CmdletAttribute", TypeAttributes.Public, typeof(Attribute));
        ConstructorBuilder taking = attribute.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, [typeof(string), typeof(string)]);
        return (cmdlet, DefineConstructor(cmdlet, typeof(object).GetConstructor([])!), taking);
    }

    private static ConstructorBuilder DefineConstructor(TypeBuilder type, ConstructorInfo parent)
    {
        ConstructorBuilder constructor = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, []);
        ILGenerator code = constructor.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Call, parent);
        code.Emit(OpCodes.Ret);
        return constructor;
    }

    private static string WriteManifest(string place, string name, string commands, string formats)
    {
        string manifest = Path.Combine(place, $"{name}.psd1");
        File.WriteAllText(manifest, $$"""
            @{
                RootModule           = '{{name}}.dll'
                ModuleVersion        = '0.1.0'
                GUID                 = '{{Guid.NewGuid()}}'
                CompatiblePSEditions = @('Core')
            {{formats}}    FunctionsToExport    = @()
                CmdletsToExport      = {{commands}}
                VariablesToExport    = @()
                AliasesToExport      = @()
            }
            """);
        return manifest;
    }
}
