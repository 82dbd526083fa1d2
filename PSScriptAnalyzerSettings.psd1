@{
    Severity     = @('Error', 'Warning')

    # PowerShell 7, which this needs, reads files without a byte order mark as UTF-8; the repository has none (.editorconfig).
    ExcludeRules = @('PSUseBOMForUnicodeEncodedFile')
    Rules        = @{
        PSPlaceOpenBrace           = @{ Enable = $true; OnSameLine = $true; NewLineAfter = $true; IgnoreOneLineBlock = $true }
        PSUseConsistentIndentation = @{ Enable = $true; IndentationSize = 4; Kind = 'space' }

        # Tables of options are aligned.
        PSUseConsistentWhitespace  = @{ Enable = $true; IgnoreAssignmentOperatorInsideHashTable = $true }
    }
}
