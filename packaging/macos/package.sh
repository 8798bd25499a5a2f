#!/usr/bin/env bash
# Signs both bundles from the inside out, has Apple notarise them, and packs them into a disk image.
#   package.sh DIST VERSION OUT
# SIGN_IDENTITY           'Developer ID Application: ...'; without it everything is signed ad hoc, which runs
#                         on the machine that built it and is refused elsewhere
# NOTARY_KEY, NOTARY_KEY_ID, NOTARY_ISSUER   an App Store Connect key (a .p8 file); without them no notarisation
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dist=$1 version=$2 out=$3
identity=${SIGN_IDENTITY:--}
bundles=("$dist/Longhand.app" "$dist/Longhand Training.app")

sign() { # the hardened runtime, and a time stamp where there is an identity for it
    local options=(--force --options runtime --sign "$identity")
    [[ $identity == - ]] || options+=(--timestamp)
    codesign "${options[@]}" "$@"
}

is_code() { file --brief "$1" | grep -q '^Mach-O'; }

sign_bundle() { # a seal covers what lies inside, so that has to be sealed before: libraries, programs, the bundle
    local bundle=$1 file
    while IFS= read -r -d '' file; do
        if is_code "$file" && [[ $(dirname "$file") != "$bundle/Contents/MacOS" ]]; then
            sign "$file"
        fi
    done < <(find "$bundle/Contents" -depth -type f -print0)
    while IFS= read -r -d '' file; do sign "$file"; done < <(find "$bundle/Contents" -depth -type d -name '*.framework' -print0)
    for file in "$bundle/Contents/MacOS"/*; do
        if is_code "$file"; then sign --entitlements "$here/entitlements.plist" "$file"; fi
    done
    sign --entitlements "$here/entitlements.plist" "$bundle"
    codesign --verify --deep --strict "$bundle"
}

for bundle in "${bundles[@]}"; do sign_bundle "$bundle"; done

image="$out/Longhand-$version.dmg"
stage=$(mktemp -d)
cp -R "${bundles[@]}" "$stage"
ln -s /Applications "$stage/Applications"
hdiutil create -volname "Longhand $version" -srcfolder "$stage" -format ULFO -ov "$image"
sign "$image"

if [[ -n ${NOTARY_KEY:-} ]]; then
    xcrun notarytool submit "$image" --wait --key "$NOTARY_KEY" --key-id "$NOTARY_KEY_ID" --issuer "$NOTARY_ISSUER"
    xcrun stapler staple "$image"
    spctl --assess --type open --context context:primary-signature "$image"
else
    echo "Not notarised: no key was given." >&2
fi
