# One command to see the platform run: `make demo`. Needs Python 3.13 (PYTHON=/path/to/python3.13 if it is not found).
.DEFAULT_GOAL := help
.PHONY: help demo up emulator dashboard test test-all test-docker test-faults audit check lint unit media platform browser faults seams rooms scan scaling bench build playback-key preflight service-roles deploy destroy smoke verify redrive pipeline clean

bin := .venv/bin
# What `make test` notes of the rights that roles used.
grants := $(CURDIR)/.local/used-grants.jsonl
export SAM_CLI_TELEMETRY := 0
# `sam build` looks for python3.13 and pip on PATH.
with_tools := PATH="$(CURDIR)/$(bin):$$PATH"

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 22

demo: setup ## one video through the whole platform on this machine (FILE=path for your own), then stop (KEEP=1: at Ctrl-C)
	@FILE="$(FILE)" KEEP="$(KEEP)" VOD_END_WITH=$$PPID $(bin)/python -m local.demo

up: setup ## the platform on this machine until Ctrl-C (VOD_PORT=8080, PARAMETERS="NAME=value ...", IMAGE=name of a Docker image)
	@VOD_IMAGE="$(IMAGE)" VOD_END_WITH=$$PPID $(bin)/python -m local.up $(PARAMETERS)

emulator: setup ## AWS alone on this machine, nothing deployed, until Ctrl-C (VOD_PORT=4566)
	@VOD_IMAGE="$(IMAGE)" VOD_END_WITH=$$PPID $(bin)/python -m local.bare

dashboard: setup ## draw the dashboard of the running `make up` (FILE=dashboard.png)
	@$(bin)/python -m local.dashboard $(FILE)

test: setup scan ## every test but those that need a Docker engine, and of exhaustive inputs a choice
	@mkdir -p .local && rm -f $(grants)
	VOD_USED_GRANTS=$(grants) $(bin)/python -m pytest tests --ignore=tests/docker -m "not exhaustive"
	@$(MAKE) --no-print-directory audit

test-all: setup ## what `make test` leaves out: every source at 1, 3 and 8 chunks, every real file of VOD_MEDIA
	$(bin)/python -m pytest tests/media -m exhaustive

audit: setup ## list what roles may do and the last `make test` never did, and write docs/permissions.md
	@VOD_USED_GRANTS=$(grants) $(bin)/python -m local.audit

test-docker: setup ## the encoder's image, the platform with it, and `sam local`; root starts an engine where none answers
	$(bin)/python -m tests.docker

test-faults: setup ## random kills of encoders, functions and the emulator until every video ended well (KILLS=200 SEED=1)
	@KILLS="$(KILLS)" SEED="$(SEED)" $(bin)/python -m tests.faults

check: lint unit ## linters and the fast tests: before every commit

lint: setup ## format, lint, types and templates
	$(bin)/ruff format --check .
	$(bin)/ruff check .
	$(bin)/mypy
	$(bin)/yamllint --strict template.yaml pipeline-config.yaml stacks
	$(bin)/cfn-lint template.yaml pipeline-config.yaml 'stacks/**/*.yaml'
	$(with_tools) sam validate --lint
	@if [ -d web/node_modules ]; then cd web && npm run --silent types && npm test --silent; else echo "web/: not checked (no Node.js)"; fi

unit: setup ## a part of `make test`: pure logic and the templates
	$(bin)/python -m pytest tests/unit tests/templates

media: setup ## a part: real FFmpeg on generated files
	$(bin)/python -m pytest tests/integration tests/media -m "not exhaustive"

platform: setup ## a part: the emulator, and the whole platform in it
	$(bin)/python -m pytest tests/local tests/deployment tests/e2e

browser: setup ## a part: the page, embeds and playback in a real browser
	$(bin)/python -m pytest tests/web tests/playback tests/elsewhere

faults: setup ## a part: each fault once
	$(bin)/python -m pytest tests/faults

rooms: setup ## draw which room of src/vod imports which
	@$(bin)/python -m tests.rooms

seams: setup ## write the table of what the emulator replaces into local/emulator/README.md
	@$(bin)/python -m local.emulator.seams

scan: ## look for insecure settings in the templates and the image (checkov; .checkov.yaml says what is left out, and why)
	@sh local/setup.sh scan
	.venv-scan/bin/checkov --config-file .checkov.yaml

build: setup ## what AWS gets, in .aws-sam, without Docker (PARAMETERS=Architecture=x86_64 for another processor than arm64)
	$(with_tools) sam build $(if $(PARAMETERS),--parameter-overrides $(PARAMETERS))

playback-key: setup ## a key for private playback, into Secrets Manager of your account (FOLDER=path: into a file there)
	@$(bin)/python -m deployment.playback_key $(FOLDER)

preflight: setup ## look whether the AWS account of your credentials is ready, and change nothing (PARAMETERS, CONFIG as below)
	@$(bin)/python -m deployment.preflight --config-env $(or $(CONFIG),default) $(PARAMETERS)

service-roles: setup ## the roles that AWS wants before a first cluster; `make deploy` makes them by itself
	@$(bin)/python -m deployment.service_roles

deploy: setup ## build, deploy to the AWS account of your credentials, put the page there (PARAMETERS="NAME=value ..." CONFIG=prod CLEAN=yes PAGE=no)
	@CLEAN="$(CLEAN)" $(with_tools) $(bin)/python -m deployment --config-env $(or $(CONFIG),default) $(if $(filter no,$(PAGE)),--without-page) $(PARAMETERS)

destroy: setup ## delete the stack of your AWS account, after saying what goes and what stays (CONFIRM=its name CONFIG=prod)
	@CONFIRM="$(CONFIRM)" $(bin)/python -m deployment.destroy --config-env $(or $(CONFIG),default)

smoke: setup ## a generated clip through the platform in your account, until it plays (STACK=name)
	@$(bin)/python -m deployment.smoke $(if $(STACK),--stack $(STACK))

verify: setup ## compare what is assumed of AWS with your account, below 0.10 USD (STACK=name CONFIRM=yes; CLEANUP=yes only removes)
	@CONFIRM="$(CONFIRM)" VOD_END_WITH=$$PPID $(bin)/python -m deployment.verify $(if $(STACK),--stack $(STACK)) $(if $(CLEANUP),--cleanup)

redrive: setup ## send back what the dead-letter queue keeps, once its cause is mended (CONFIG=prod)
	@$(bin)/python -m deployment.redrive --config-env $(or $(CONFIG),default)

pipeline: setup ## the pipeline as a stack of its own (PARAMETERS="GitHubRepository=OWNER/NAME ...")
	$(with_tools) sam deploy --config-env pipeline --template-file pipeline-config.yaml $(if $(PARAMETERS),--parameter-overrides $(PARAMETERS))

# requirements/*.txt anew from requirements/*.in: run local/lock.sh.

scaling: setup ## simulate long films and many uploads and write docs/scaling.md, a few minutes
	PYTHONPATH=src $(bin)/python -m benchmarks.scaling

bench: setup ## measure cost and speed and write docs/benchmarks.md, about 25 minutes (ONLY="one-pass chunks" for some)
	PYTHONPATH=src $(bin)/python -m benchmarks $(ONLY)

clean: ## remove what `up`, `demo`, `test` and `build` made; the virtual environments stay
	@if [ -x $(bin)/python ]; then $(bin)/python -m local.clean; fi
	rm -rf .local .aws-sam .built web/dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

setup:
	@sh local/setup.sh
