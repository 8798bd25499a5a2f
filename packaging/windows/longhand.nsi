; Longhand's installer for Windows: for one user, without an administrator, in two components.
;   makensis /DVERSION=0.1.0 /DTREE=FOLDER /DOUT=FILE longhand.nsi
; TREE holds longhand.exe, longhand-window.exe, _internal\ and training\.
Unicode true
!include MUI2.nsh
!include FileFunc.nsh

!ifndef VERSION
  !error "Say which version: /DVERSION=0.1.0"
!endif

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Longhand"
!define CLASSES "Software\Classes"

Name "Longhand ${VERSION}"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\Longhand"
InstallDirRegKey HKCU "Software\Longhand" "Folder"
RequestExecutionLevel user
SetCompressor /SOLID lzma
ManifestDPIAware true
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "Longhand"
VIAddVersionKey "FileDescription" "Longhand's installer"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "Apache License 2.0"

!define MUI_COMPONENTSPAGE_SMALLDESC
!define MUI_FINISHPAGE_RUN "$INSTDIR\longhand-window.exe"
!insertmacro MUI_PAGE_LICENSE "..\..\LICENSE"
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

; The folders of an earlier version go first: what it had and this one has not must not stay. The user's
; mail and rules lie in a profile of their own (%LOCALAPPDATA%\Longhand) and are never touched.
!macro RemoveProgram
  RMDir /r "$INSTDIR\_internal"
  RMDir /r "$INSTDIR\training"
  Delete "$INSTDIR\longhand.exe"
  Delete "$INSTDIR\longhand-window.exe"
!macroend

; FileType EXTENSION CLASS DESCRIPTION: offered under 'Open with'; the user's own choice stays the default.
!macro FileType EXTENSION CLASS DESCRIPTION
  WriteRegStr HKCU "${CLASSES}\${CLASS}" "" "${DESCRIPTION}"
  WriteRegStr HKCU "${CLASSES}\${CLASS}\DefaultIcon" "" "$INSTDIR\longhand-window.exe,0"
  WriteRegStr HKCU "${CLASSES}\${CLASS}\shell\open\command" "" '"$INSTDIR\longhand-window.exe" open "%1"'
  WriteRegStr HKCU "${CLASSES}\${EXTENSION}\OpenWithProgids" "${CLASS}" ""
!macroend

!macro NoFileType EXTENSION CLASS
  DeleteRegKey HKCU "${CLASSES}\${CLASS}"
  DeleteRegValue HKCU "${CLASSES}\${EXTENSION}\OpenWithProgids" "${CLASS}"
!macroend

Section "Longhand" Program
  SectionIn RO
  !insertmacro RemoveProgram
  SetOutPath "$INSTDIR"
  File /r /x training "${TREE}\*.*"
  WriteRegStr HKCU "Software\Longhand" "Folder" "$INSTDIR"
  CreateShortcut "$SMPROGRAMS\Longhand.lnk" "$INSTDIR\longhand-window.exe"
  !insertmacro FileType ".eml" "Longhand.eml" "E-mail message"
  !insertmacro FileType ".mbox" "Longhand.mbox" "Mailbox"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "Longhand"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\longhand-window.exe,0"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "The Longhand contributors"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
SectionEnd

Section "Learning" Training
  SetOutPath "$INSTDIR\training"
  File /r "${TREE}\training\*.*"
SectionEnd

Section "-Size"
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  IntFmt $0 "0x%08X" $0
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" "$0"
SectionEnd

LangString ToldProgram ${LANG_ENGLISH} "The program, its window, and two tiny models to try it with."
LangString ToldTraining ${LANG_ENGLISH} "Trains the small model on this computer. Without it, drafts follow rules that were counted or written by hand."
!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
  !insertmacro MUI_DESCRIPTION_TEXT ${Program} $(ToldProgram)
  !insertmacro MUI_DESCRIPTION_TEXT ${Training} $(ToldTraining)
!insertmacro MUI_FUNCTION_DESCRIPTION_END

Section "Uninstall"
  !insertmacro RemoveProgram
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Longhand.lnk"
  !insertmacro NoFileType ".eml" "Longhand.eml"
  !insertmacro NoFileType ".mbox" "Longhand.mbox"
  DeleteRegKey HKCU "${UNINSTALL}"
  DeleteRegKey HKCU "Software\Longhand"
  IfSilent +2
  MessageBox MB_OK "Longhand is removed. Your profile, with mail and rules, stays in $LOCALAPPDATA\Longhand; delete that folder to remove it too."
SectionEnd
