# packaging/windows/build fills in what stands between signs.
$ErrorActionPreference = 'Stop'
Install-ChocolateyPackage -PackageName 'leasehold' -FileType 'msi' -SilentArgs '/qn /norestart' `
  -Url64bit 'https://github.com/leasehold/leasehold/releases/download/v@VERSION@/leasehold-@VERSION@-x64.msi' `
  -Checksum64 '@SHA256@' -ChecksumType64 'sha256' -ValidExitCodes @(0, 3010)
