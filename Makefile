# One command to see the platform run: `make demo`. Needs Python 3.13 (PYTHON=/path/to/python3.13 if it is not found).
.DEFAULT_GOAL := help
.PHONY: help demo up emulator dashboard test test-all test-docker test-faults fuzz audit check lint unit media platform browser faults seams rooms scan scaling time-to-watch bench build sbom base-image playback-key preflight service-roles deploy destroy smoke verify redrive pipeline clean

bin := .venv/bin
# `make test` writes the permissions that roles used to this file.
grants := $(CURDIR)/.local/used-grants.jsonl
# Most tests run on every core; those with browsers, and those that kill what runs, by themselves, so that they wait for
# nobody else.
parallel := -n auto --dist loadfile
beside := tests/unit tests/templates tests/deployment tests/media tests/integration tests/e2e tests/local
export SAM_CLI_TELEMETRY := 0
# `sam build` looks for python3.13 and pip on PATH.
with_tools := PATH="$(CURDIR)/$(bin):$$PATH"

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 22

demo: setup ## send one video through the platform on this machine, then stop (FILE=path for your own video, KEEP=1 runs until Ctrl-C)
	@FILE="$(FILE)" KEEP="$(KEEP)" VOD_END_WITH=$$PPID $(bin)/python -m local.demo

up: setup ## run the platform on this machine until Ctrl-C (VOD_PORT=8080, PARAMETERS="NAME=value ...", IMAGE=name of a Docker image, CLOCK=aws for AWS's latencies, SLOWER=10 in slow motion)
	@VOD_IMAGE="$(IMAGE)" VOD_CLOCK="$(CLOCK)" VOD_SLOWER="$(SLOWER)" VOD_END_WITH=$$PPID $(bin)/python -m local.up $(PARAMETERS)

emulator: setup ## run only the AWS emulator, with nothing deployed, until Ctrl-C (VOD_PORT=4566)
	@VOD_IMAGE="$(IMAGE)" VOD_END_WITH=$$PPID $(bin)/python -m local.bare

dashboard: setup ## draw the dashboard of the running `make up` (FILE=dashboard.png)
	@$(bin)/python -m local.dashboard $(FILE)

test: setup scan ## run all tests except those that need Docker, with a selection of the exhaustive inputs
	@mkdir -p .local && rm -f $(grants)
	VOD_USED_GRANTS=$(grants) $(bin)/python -m pytest $(parallel) $(beside) -m "not exhaustive"
	VOD_USED_GRANTS=$(grants) $(bin)/python -m pytest tests --ignore=tests/docker $(beside:%=--ignore=%) -m "not exhaustive"
	@$(MAKE) --no-print-directory audit

test-all: setup ## run the exhaustive tests: every source at 1, 3 and 8 chunks, every real file of VOD_MEDIA
	$(bin)/python -m pytest $(parallel) tests/media -m exhaustive

audit: setup ## list permissions of roles that the last `make test` did not use, and write docs/permissions.md
	@VOD_USED_GRANTS=$(grants) $(bin)/python -m local.audit

test-docker: setup ## test the encoder image, the platform with it, and `sam local` (as root it starts a Docker engine if none answers)
	$(bin)/python -m tests.docker

test-faults: setup ## kill encoders, functions and the emulator at random and check that every video still completes (KILLS=200 SEED=1)
	@KILLS="$(KILLS)" SEED="$(SEED)" $(bin)/python -m tests.faults

fuzz: setup ## probe files whose headers lie, in the sandbox (RUNS=1000 SEED=1; MUTANT=number: that one alone, kept as .local/mutant)
	@RUNS="$(RUNS)" SEED="$(SEED)" MUTANT="$(MUTANT)" PYTHONPATH=src $(bin)/python -m tests.fuzz

check: lint unit ## run the linters and the fast tests; run it before every commit

lint: setup ## check format, lint, types and templates
	$(bin)/ruff format --check .
	$(bin)/ruff check .
	$(bin)/mypy
	$(bin)/yamllint --strict template.yaml pipeline-config.yaml stacks
	$(bin)/cfn-lint template.yaml pipeline-config.yaml 'stacks/**/*.yaml'
	$(with_tools) sam validate --lint
	@if [ -d web/node_modules ]; then cd web && npm run --silent types && npm test --silent; else echo "web/: not checked (no Node.js)"; fi

unit: setup ## part of `make test`: pure logic and the templates
	$(bin)/python -m pytest $(parallel) tests/unit tests/templates

media: setup ## part of `make test`: real FFmpeg on generated files
	$(bin)/python -m pytest $(parallel) tests/media tests/integration -m "not exhaustive"

platform: setup ## part of `make test`: the emulator and the whole platform in it
	$(bin)/python -m pytest tests/local tests/deployment tests/e2e

browser: setup ## part of `make test`: the page, embeds and playback in a real browser
	$(bin)/python -m pytest tests/web tests/playback tests/elsewhere

faults: setup ## part of `make test`: each fault once
	$(bin)/python -m pytest tests/faults

rooms: setup ## draw the imports between the packages of src/vod
	@$(bin)/python -m tests.rooms

seams: setup ## write the list of what the emulator replaces to local/emulator/README.md
	@$(bin)/python -m local.emulator.seams

scan: ## scan the templates, their policies and the image (checkov, parliament, cloudsplaining; what is accepted has a reason)
	@sh local/setup.sh tests
	.venv-scan/bin/checkov --config-file .checkov.yaml
	.venv-policies/bin/python -W ignore::UserWarning -m tests.policies

build: setup ## build the Lambda packages in .aws-sam from packages that match the lock files (PARAMETERS=Architecture=x86_64 instead of arm64)
	@$(with_tools) $(bin)/python -m deployment.wheels $(PARAMETERS)

sbom: setup ## list what image, layers and page are made of in .local/sbom.json (CycloneDX), and write docs/licenses.md
	@$(bin)/python -m deployment.sbom .local/sbom.json --page

base-image: ## write the digest of the encoder's base image, without which the pipeline builds no image (needs Docker)
	@sh local/base-image.sh

playback-key: setup ## create a key for private playback in Secrets Manager of your account (FOLDER=path: as a file in that folder)
	@$(bin)/python -m deployment.playback_key $(FOLDER)

preflight: setup ## check whether the AWS account of your credentials is ready; changes nothing (PARAMETERS and CONFIG as for deploy)
	@$(bin)/python -m deployment.preflight --config-env $(or $(CONFIG),default) $(PARAMETERS)

service-roles: setup ## create the service-linked roles that AWS needs for a first cluster; `make deploy` does it by itself
	@$(bin)/python -m deployment.service_roles

deploy: setup ## build, deploy to the AWS account of your credentials, upload the page (PARAMETERS="NAME=value ..." CONFIG=prod CLEAN=yes PAGE=no)
	@CLEAN="$(CLEAN)" $(with_tools) $(bin)/python -m deployment --config-env $(or $(CONFIG),default) $(if $(filter no,$(PAGE)),--without-page) $(PARAMETERS)

destroy: setup ## list what is deleted and what is kept, then delete the stack of your AWS account (CONFIRM=its name CONFIG=prod)
	@CONFIRM="$(CONFIRM)" $(bin)/python -m deployment.destroy --config-env $(or $(CONFIG),default)

smoke: setup ## send a generated clip through the platform in your account and check that it plays (STACK=name)
	@$(bin)/python -m deployment.smoke $(if $(STACK),--stack $(STACK))

verify: setup ## compare the assumptions about AWS with your account, for less than 0.10 USD (STACK=name CONFIRM=yes; CLEANUP=yes only cleans up)
	@CONFIRM="$(CONFIRM)" VOD_END_WITH=$$PPID $(bin)/python -m deployment.verify $(if $(STACK),--stack $(STACK)) $(if $(CLEANUP),--cleanup)

redrive: setup ## send the messages in the dead-letter queue back, after you fixed the cause (CONFIG=prod)
	@$(bin)/python -m deployment.redrive --config-env $(or $(CONFIG),default)

pipeline: setup ## deploy the pipeline as a separate stack (PARAMETERS="GitHubRepository=OWNER/NAME ...")
	$(with_tools) sam deploy --config-env pipeline --template-file pipeline-config.yaml $(if $(PARAMETERS),--parameter-overrides $(PARAMETERS))

# To write requirements/*.txt again from requirements/*.in, run local/lock.sh.

time-to-watch: setup ## send videos through the platform with AWS's clock, and write docs/time-to-watch.md (an hour on two cores; ONLY="10 60" seconds)
	PYTHONPATH=src $(bin)/python -m benchmarks.time_to_watch $(ONLY)

scaling: setup ## simulate long videos and many uploads, and write docs/scaling.md (takes a few minutes)
	PYTHONPATH=src $(bin)/python -m benchmarks.scaling

bench: setup ## measure cost and speed, and write docs/benchmarks.md (takes about 25 minutes; ONLY="one-pass chunks" for a selection)
	PYTHONPATH=src $(bin)/python -m benchmarks $(ONLY)

clean: ## remove the files of `up`, `demo`, `test` and `build`; keeps the virtual environments
	@if [ -x $(bin)/python ]; then $(bin)/python -m local.clean; fi
	rm -rf .local .aws-sam .built web/dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

setup:
	@sh local/setup.sh
