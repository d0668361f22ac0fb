# Needs python3 (3.11 or newer) and make. The first target that needs anything else installs it into .venv.

PYTHON := .venv/bin/python
LOCAL := $(or $(SKILLS_LOCAL),.local)
PYTEST := $(PYTHON) -m pytest -n 2 --dist loadgroup
# Each of these tests starts processes, or asks every route; together they take as long as all the others.
WHOLE := tests/system tests/browser tests/hostile

# Options of a run: LOG=kafka uses Kafka instead of the embedded log, ONCE=1 stops after the totals.
RUN := $(PYTHON) -m deploy.local.runner $(if $(LOG),--log $(LOG)) $(if $(filter-out 0,$(ONCE)),--once)
FORCED := $(if $(filter-out 0,$(FORCE)),--force)
MISSING := $(PYTHON) -c 'from deploy.kafka.broker import Broker; print(Broker.missing() or "")'

define tested
reason=$$($(MISSING)); \
if [ -z "$$reason" ]; then exec $(PYTEST) $(1); fi; \
if [ "$$REQUIRE_KAFKA" = 1 ]; then echo "The Kafka half must run here and cannot: $$reason"; exit 1; fi; \
$(PYTEST) -m "not kafka" $(1) && echo "The Kafka half was skipped: $$reason"
endef

# Services, workers and tests start dozens of processes: each would compile every module again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup dev java web run up kafka reset backup restore dead-letters token day rebuild test test-system test-domain lint types imports format hostile races bench docs clients lock

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install the locked packages into .venv (other targets do this when needed)
	@sh deploy/local/setup.sh runtime >&2

dev:
	@sh deploy/local/setup.sh dev >&2

java:
	@sh deploy/local/java.sh >&2

web: setup ## Build the pages with Node.js, unless they are built of the same sources (other targets do this when needed)
	@$(PYTHON) -m deploy.web build

run: setup web $(if $(filter kafka,$(LOG)),java) ## Start everything, post the sample, print the totals, serve until Ctrl-C (ONCE=1, LOG=kafka)
	@$(RUN) --samples

up: setup web $(if $(filter kafka,$(LOG)),java) ## The same without the sample (LOG=kafka)
	@$(RUN)

kafka: setup java ## Run only a Kafka broker (KAFKA_PORT, default 9092)
	@$(PYTHON) -m deploy.kafka

reset: setup ## Delete all data of earlier runs: databases, topics, keys, logs (asks; FORCE=1 does not)
	@$(PYTHON) -m deploy.local.reset $(FORCED)

backup: setup ## Copy databases and keys of a run into one file, also while it runs (TO=file)
	@$(PYTHON) -m deploy.local.backup $(TO)

restore: setup ## Put a backup in the place of all data: FROM=file (asks if there are any; FORCE=1 does not)
	@$(PYTHON) -m deploy.local.restore $(FROM) $(FORCED)

dead-letters: setup ## List the events that could not be applied; RETRY=all or a subject tries them again (SERVICE=subsidy)
	@. "$(abspath $(LOCAL))/services.env" && for service in $(or $(SERVICE),assessment metrics registry subsidy); do \
		$(PYTHON) -m services.$$service dead-letters $(if $(RETRY),--retry "$(RETRY)") || exit 1; done

token: setup ## Print a bearer token: ROLE=institution ORG=id [PERSON=name], or REGION=410102; alone, list the roles
	@$(PYTHON) -m deploy.local.issuer --keys "$(LOCAL)/keys" $(if $(ROLE),--role "$(ROLE)") \
		$(if $(PERSON),--person "$(PERSON)") $(if $(ORG),--organisation "$(ORG)") $(if $(REGION),--region "$(REGION)")

day: setup ## Turn the clock of a running system: ON=2026-03-10 (SERVICE=assessment: only its); without ON, back again
	@$(PYTHON) -m deploy.local.clock $(ON) $(if $(SERVICE),--service "$(SERVICE)")

rebuild: setup ## Rebuild the totals from the log while everything is running
	@. "$(abspath $(LOCAL))/services.env" && $(PYTHON) -m services.metrics rebuild

test: lint types imports web ## Lint, types, import contracts, then all tests but those of the whole system; on Kafka as well if there is a broker
	@$(call tested,$(addprefix --ignore=,$(WHOLE)))

test-system: dev web ## Test the whole system: its commands and processes, kills, attacks, and the pages in a browser
	@command -v chromium >/dev/null || echo "The pages are not tried: this machine has no Chromium (sh deploy/web/browser.sh)"
	@$(call tested,$(WHOLE))

test-domain: dev ## Test rules and values only, with few examples: no database, seconds
	@$(PYTHON) -m pytest -q --hypothesis-profile quick $(wildcard tests/*/*/rules) tests/shared/kernel

lint: dev ## Check style and formatting
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m deploy.web lint

types: dev
	@$(PYTHON) -m mypy

imports: dev
	@.venv/bin/lint-imports
	@.venv/bin/deptry .

format: dev ## Format the code
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m deploy.web format

hostile: dev ## Send requests made up from the API's descriptions and search for what they named (CASES=25000 a service; SEED= goes on)
	@seed=$(or $(SEED),$$(date +%s)); echo "To go on with this run if it stops: make hostile CASES=$(or $(CASES),25000) SEED=$$seed"; \
	HOSTILE_CASES=$(or $(CASES),25000) HOSTILE_SEED=$$seed HOSTILE_DIRECTORY="$(abspath $(LOCAL))/hostile" \
		$(PYTEST) -v tests/hostile/requests/test_generated.py

races: dev ## Send every write many times at once, with and without an Idempotency-Key (RACERS=100)
	@RACERS=$(or $(RACERS),100) $(PYTEST) -v tests/hostile/requests/test_races.py

bench: dev ## Measure speed and the raw limits of this machine (PART=roster …; default: all)
	@$(PYTHON) -m tests.bench $(PART)

docs: dev ## Regenerate the documents that come from the code
	@$(PYTHON) -m deploy.docs

clients: dev ## Generate clients of the services in Python, Java and TypeScript, and compile them (needs Java, Maven, npm)
	@sh deploy/clients/tools.sh
	@$(PYTHON) -m deploy.clients --scratch "$(LOCAL)/clients"

lock: ## Resolve the dependencies again and lock them with hashes
	@python3 -m venv "$(LOCAL)/lock" && "$(LOCAL)/lock/bin/pip" install -q --disable-pip-version-check uv
	@for set in "runtime --extra embedded" "dev --extra embedded --group dev -c requirements/runtime.lock"; do \
		"$(LOCAL)/lock/bin/uv" pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes \
			--no-header --upgrade $${set#* } -o "requirements/$${set%% *}.lock" || exit 1; \
	done
	@for set in clients web; do \
		"$(LOCAL)/lock/bin/uv" pip compile -q "requirements/$$set.in" --universal --python-version 3.11 --generate-hashes \
			--no-header --upgrade -o "requirements/$$set.lock" || exit 1; \
	done
