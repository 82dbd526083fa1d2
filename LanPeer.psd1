@{
    RootModule             = 'LanPeer.Cmdlets.dll'
    ModuleVersion          = '0.1.0'
    GUID                   = '7d0f4c5e-3f0b-4a7e-9a55-0c9f6e2b8d41'
    Author                 = 'The LanPeer authors'
    CompanyName            = 'The LanPeer authors'
    Copyright              = '(c) The LanPeer authors. MIT licence.'
    Description            = 'Serverless messaging between machines on a LAN, inside the PowerShell pipeline: peers find each other, post to everyone, message each other directly, and what arrives are typed objects.'
    PowerShellVersion      = '7.4'
    CompatiblePSEditions   = @('Core')
    FormatsToProcess       = @('LanPeer.format.ps1xml')
    FunctionsToExport      = @()
    VariablesToExport      = @()
    AliasesToExport        = @()
    CmdletsToExport        = @(
        'Approve-LanPeer'
        'Block-LanPeer'
        'Export-LanPin'
        'Find-LanPeer'
        'Get-LanPeer'
        'Get-LanPin'
        'Get-LanProfile'
        'Import-LanPin'
        'Receive-LanMessage'
        'Register-LanMessageEvent'
        'Remove-LanPin'
        'Save-LanAvatar'
        'Send-LanDM'
        'Send-LanPost'
        'Set-LanProfile'
        'Start-LanPeer'
        'Stop-LanPeer'
        'Test-LanPeer'
        'Unblock-LanPeer'
    )
    PrivateData            = @{
        PSData = @{
            Tags         = @('LAN', 'Messaging', 'Chat', 'PeerToPeer', 'UDP', 'Notification', 'PSEdition_Core', 'Linux')
            LicenseUri   = 'https://opensource.org/license/mit'
            ReleaseNotes = 'The first version: posts, direct messages with receipts, profiles, sealed sessions, pinned identities, closed networks. It speaks with the Python program it came from. CHANGELOG.md in the repository has the whole list.'
        }
    }
}
