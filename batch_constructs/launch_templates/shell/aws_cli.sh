# The AWS CLI in one folder, which brings its own Python: containers mount it, whatever image they run.
has_it() {
  [[ -x $FOLDER/bin/aws ]] && [[ $("$FOLDER/bin/aws" --version) == "aws-cli/$VERSION "* ]]
}

if has_it; then
  say "version $VERSION is there already"
else
  need unzip unzip
  work=$(mktemp -d)
  retry curl --fail --silent --show-error --location --output "$work/cli.zip" "${URL//\{arch\}/$(uname -m)}"
  unzip -q "$work/cli.zip" -d "$work"
  "$work/aws/install" --install-dir "$FOLDER" --bin-dir "$FOLDER/bin" --update
  rm -rf "$work"
  has_it
  say "version $VERSION is installed"
fi
