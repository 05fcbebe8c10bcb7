# The checksum is what packaging/windows/build prints; a release fills it in.
$ErrorActionPreference = 'Stop'
Install-ChocolateyPackage -PackageName 'leasehold' -FileType 'msi' -SilentArgs '/qn /norestart' `
  -Url64bit 'https://github.com/leasehold/leasehold/releases/download/v0.1.0/leasehold-0.1.0-x64.msi' `
  -Checksum64 '@SHA256@' -ChecksumType64 'sha256' -ValidExitCodes @(0, 3010)
