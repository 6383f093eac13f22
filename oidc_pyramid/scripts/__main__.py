"""``python -m oidc_pyramid.scripts``: the command without its entry point."""

from oidc_pyramid.scripts import main

if __name__ == "__main__":
    main(prog_name="oidc-pyramid")
