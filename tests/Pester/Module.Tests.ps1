[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll and BeforeDiscovery.')]
param()

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    $manifest = Import-PowerShellDataFile (Get-LanPeerModulePath)
    $commands = $manifest.CmdletsToExport | ForEach-Object { @{ Name = $_ } }
    $thatChange = @(
        'Start-LanPeer', 'Stop-LanPeer', 'Send-LanPost', 'Send-LanDM', 'Set-LanProfile', 'Save-LanAvatar'
        'Approve-LanPeer', 'Block-LanPeer', 'Unblock-LanPeer', 'Export-LanPin', 'Import-LanPin', 'Remove-LanPin'
    ) | ForEach-Object { @{ Name = $_ } }
    $thatLook = 'Find-LanPeer', 'Get-LanPeer', 'Get-LanPin', 'Get-LanProfile', 'Receive-LanMessage', 'Register-LanMessageEvent', 'Test-LanPeer' | ForEach-Object { @{ Name = $_ } }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive
    $path = Get-LanPeerModulePath
    $folder = Split-Path $path
    $port = Get-DiscoveryPort
}

AfterAll {
    Clear-LanPeerTest
}

Describe 'The package' {
    It 'has a valid manifest' {
        $manifest = Test-ModuleManifest $path -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        $manifest.Name | Should -BeExactly 'LanPeer'
        $manifest.Version | Should -Match '^\d+\.\d+\.\d+$'
        $manifest.PowerShellVersion | Should -BeExactly '7.4'
        $manifest.CompatiblePSEditions | Should -BeExactly 'Core'
        $manifest.Description | Should -Not -BeNullOrEmpty
        $manifest.LicenseUri | Should -Not -BeNullOrEmpty
        $manifest.Tags | Should -Not -BeNullOrEmpty
    }

    It 'holds what ships and nothing else' {
        $expected = @(
            'LanPeer.psd1', 'LanPeer.format.ps1xml', 'LICENSE'
            'LanPeer.Cmdlets.dll', 'LanPeer.Cmdlets.xml', 'LanPeer.Engine.dll', 'LanPeer.Engine.xml'
        )
        $found = Get-ChildItem $folder -Recurse -File -Force | ForEach-Object { [IO.Path]::GetRelativePath($folder, $_.FullName).Replace('\', '/') }
        $found | Where-Object { $_ -notin $expected -and $_ -notmatch '^en-US/[\w.-]+\.(help\.txt|xml)$' } | Should -BeNullOrEmpty
        $expected | Where-Object { $_ -notin $found } | Should -BeNullOrEmpty
    }

    It 'brings no copy of PowerShell itself' {
        Get-ChildItem $folder -Recurse -Filter 'System.Management.Automation*' | Should -BeNullOrEmpty
    }

    It 'names no path of the machine it was built on' {
        foreach ($file in 'LanPeer.Cmdlets.dll', 'LanPeer.Engine.dll') {
            $text = [Text.Encoding]::Latin1.GetString([IO.File]::ReadAllBytes((Join-Path $folder $file)))
            [regex]::Match($text, '(?i)(/(home|root|Users|work|builds?)/|[a-z]:\\)[\w./\\-]{3,}\.(cs|pdb)').Value | Should -BeNullOrEmpty -Because $file
        }
    }
}

Describe 'The imported module' {
    It 'exports the commands of its manifest and nothing else' {
        $module = Get-Module LanPeer
        $module.ExportedCmdlets.Keys | Sort-Object | Should -BeExactly ((Import-PowerShellDataFile $path).CmdletsToExport | Sort-Object)
        $module.ExportedFunctions.Count | Should -Be 0
        $module.ExportedVariables.Count | Should -Be 0
    }

    It 'exports <Name>' -ForEach @($thatChange; $thatLook) {
        (Get-Module LanPeer).ExportedCmdlets.Keys | Should -Contain $Name
    }

    It 'brings no aliases' {
        (Get-Module LanPeer).ExportedAliases.Count | Should -Be 0
        Get-Alias | Where-Object { $_.Source -eq 'LanPeer' -or "$($_.Definition)" -like '*-Lan*' } | Should -BeNullOrEmpty
    }

    Context '<Name>' -ForEach $commands {
        BeforeAll {
            $command = Get-Command $Name -Module LanPeer
        }

        It 'has an approved verb and a noun of the module' {
            (Get-Verb).Verb | Should -Contain $command.Verb
            $command.Noun | Should -BeLike 'Lan*'
        }

        It 'says what it gives' {
            $command.OutputType | Should -Not -BeNullOrEmpty
        }

        It 'has a session parameter unless it starts one' {
            $command.Parameters.ContainsKey('Session') | Should -Be ($Name -ne 'Start-LanPeer')
        }

        It 'takes its times as fractional seconds' {
            foreach ($parameter in 'Timeout', 'Interval', 'AnnounceInterval', 'PeerTimeout') {
                if ($command.Parameters.ContainsKey($parameter)) { $command.Parameters[$parameter].ParameterType | Should -Be ([double]) }
            }
        }

        It 'binds at most one parameter by value from the pipeline in each set' {
            foreach ($set in $command.ParameterSets) {
                @($set.Parameters | Where-Object ValueFromPipeline).Count | Should -BeLessOrEqual 1 -Because $set.Name
            }
        }

        It 'never asks by itself' {
            $attribute = $command.ImplementingType.GetCustomAttributes([Management.Automation.CmdletAttribute], $false)
            $attribute.ConfirmImpact | Should -BeIn 'Low', 'Medium', 'None'
        }
    }

    It '<Name> supports -WhatIf and -Confirm' -ForEach $thatChange {
        (Get-Command $Name).Parameters.Keys | Should -Contain 'WhatIf'
        (Get-Command $Name).Parameters.Keys | Should -Contain 'Confirm'
    }

    It '<Name>, which only looks, has no -WhatIf' -ForEach $thatLook {
        (Get-Command $Name).Parameters.Keys | Should -Not -Contain 'WhatIf'
    }

    It 'has no parameter that collides with one of PowerShell''s own' {
        $common = [Management.Automation.PSCmdlet]::CommonParameters + [Management.Automation.PSCmdlet]::OptionalCommonParameters
        foreach ($command in Get-Command -Module LanPeer) {
            $command.ImplementingType.GetProperties().Name | Where-Object { $_ -in $common } | Should -BeNullOrEmpty -Because $command.Name
        }
    }
}

Describe 'Importing' {
    It 'starts no thread and opens no socket' -Skip:(-not $IsLinux) {
        # In a process of its own: this one runs peers.
        $other = Open-PeerProcess -NoPeer
        $threads, $sockets, $commands = Invoke-PeerProcess $other {
            (Get-ChildItem /proc/self/task | ForEach-Object { Get-Content "$($_.FullName)/comm" -ErrorAction Ignore } | Where-Object { $_ -like 'LanPeer*' }).Count
            $inodes = (Get-ChildItem /proc/self/fd | ForEach-Object Target) -match '^socket:' -replace '\D'
            @(Get-Content /proc/self/net/udp | Where-Object { (-split $_)[9] -in $inodes }).Count
            (Get-Command -Module LanPeer).Count
        }
        Close-PeerProcess $other
        $commands | Should -BeGreaterThan 0
        $threads | Should -Be 0
        $sockets | Should -Be 0
    }

    It 'shows the same threads and sockets once a peer runs, so that the test above would see them' -Skip:(-not $IsLinux) {
        $other = Open-PeerProcess -Name watched -DiscoveryPort $port
        $threads, $sockets = Invoke-PeerProcess $other {
            @(Get-ChildItem /proc/self/task | ForEach-Object { Get-Content "$($_.FullName)/comm" -ErrorAction Ignore } | Where-Object { $_ -like 'LanPeer*' }).Count
            $inodes = (Get-ChildItem /proc/self/fd | ForEach-Object Target) -match '^socket:' -replace '\D'
            @(Get-Content /proc/self/net/udp | Where-Object { (-split $_)[9] -in $inodes }).Count
        }
        Close-PeerProcess $other
        $threads | Should -BeGreaterOrEqual 2
        $sockets | Should -BeGreaterOrEqual 2
    }

    It 'works again and again with -Force' {
        Import-Module $path -Force -Global
        Import-Module $path -Force -Global
        $session = Start-LanPeer again -DiscoveryPort $port
        $session.State | Should -Be Running
        Stop-LanPeer
    }

    It 'with -Force stops the peers that ran, and frees their ports' {
        $session = Start-LanPeer forced -DiscoveryPort $port
        Import-Module $path -Force -Global
        $session.State | Should -Be Stopped
        Close-Socket (Open-Socket -Port $session.Port)
    }
}

Describe 'Remove-Module' {
    AfterEach {
        Import-Module $path -Global
    }

    It 'stops the peers of the runspace and frees their ports' {
        $one = Start-LanPeer one -DiscoveryPort $port
        $two = Start-LanPeer two -DiscoveryPort $port
        Remove-Module LanPeer
        $one.State, $two.State | Should -Be Stopped, Stopped
        Close-Socket (Open-Socket -Port $one.Port)
        Close-Socket (Open-Socket -Port $two.Port)
    }

    It 'leaves no thread behind' -Skip:(-not $IsLinux) {
        $null = Start-LanPeer threaded -DiscoveryPort $port
        Remove-Module LanPeer
        Wait-Until {
            -not (Get-ChildItem /proc/self/task | ForEach-Object { Get-Content "$($_.FullName)/comm" -ErrorAction Ignore } | Where-Object { $_ -like 'LanPeer*' })
        } -Timeout 10
    }

    It 'tells the others goodbye' {
        $shell = Open-PeerShell
        $watcher = Invoke-PeerShell $shell { param($Port) Start-LanPeer watcher -DiscoveryPort $Port } $port
        $leaver = Start-LanPeer leaver -DiscoveryPort $port
        Wait-Meeting $watcher $leaver
        Remove-Module LanPeer
        Wait-Until { $watcher.Peers.Count -eq 0 } -Timeout 10
        Close-PeerShell $shell
    }

    It 'leaves the peers of other runspaces alone' {
        $shell = Open-PeerShell
        $other = Invoke-PeerShell $shell { param($Port) Start-LanPeer other -DiscoveryPort $Port } $port
        Remove-Module LanPeer
        $other.State | Should -Be Running
        Close-PeerShell $shell
    }

    It 'ends a command that waits in the same runspace''s pipeline of another thread' {
        # The session is stopped under a reader: it ends without an error.
        $session = Start-LanPeer waited -DiscoveryPort $port
        $shell = Open-PeerShell
        $running = Start-PeerShell $shell { param($Session) Receive-LanMessage -Wait -Session $Session; 'ended' } $session
        Remove-Module LanPeer
        Wait-PeerShell $shell $running -Timeout 10 | Should -BeExactly 'ended'
        Close-PeerShell $shell
    }
}
