#!/bin/sh
# Everything that the suite expects to find: database, keys, a person with every standard claim,
# the static clients, nginx's configuration. May be run again.
set -eu
cd "$(dirname "$0")/.."
run() { "${OIDC_PYRAMID:-oidc-pyramid}" -c conformance.ini "$@"; }
mkdir -p var/conformance
cp conformance/nginx.conf var/conformance/
[ -e var/conformance/ca.pem ] || cp "${CA_BUNDLE:-/etc/ssl/certs/ca-certificates.crt}" var/conformance/ca.pem

run init
if ! run user show alice >/dev/null 2>&1; then
    echo conformance | run user add alice --password-stdin \
        --name "Alice Liddell" --given-name Alice --family-name Liddell --middle-name Pleasance \
        --nickname ally --preferred-username alice --profile https://example.org/alice \
        --picture https://example.org/alice.png --website https://example.org/ --gender female \
        --birthdate 1852-05-04 --zoneinfo Europe/London --locale en-GB \
        --email alice@example.org --email-verified \
        --phone-number "+44 20 7946 0000" --phone-number-verified \
        --address-street-address "1 Christ Church" --address-locality Oxford \
        --address-region Oxfordshire --address-postal-code OX1 --address-country GB
fi
if ! run keys list --json | grep -q RSA-OAEP-256; then
    run keys create --alg RSA-OAEP-256
fi
known=$(run client list)
for file in client client2 client-secret-post client-frontchannel client-backchannel; do
    id=$(sed -n 's/.*"client_id": "\([^"]*\)".*/\1/p' "conformance/$file.json")
    echo "$known" | grep -q "^$id " || run client add --from-json "conformance/$file.json"
done
