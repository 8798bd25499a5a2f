#!/usr/bin/env bash
# Makes the icon of a macOS bundle from PNG files: icns.sh FOLDER TARGET.icns
set -euo pipefail
folder=$1 target=$2
set_=$(mktemp -d)/longhand.iconset
mkdir -p "$set_" "$(dirname "$target")"
for size in 16 32 128 256; do
    cp "$folder/longhand-$size.png" "$set_/icon_${size}x$size.png"
    cp "$folder/longhand-$((size * 2)).png" "$set_/icon_${size}x$size@2x.png"
done
cp "$folder/longhand-512.png" "$set_/icon_512x512.png"
iconutil --convert icns --output "$target" "$set_"
