run:
	python3 dev.py run $(ARGS)
test:
	python3 dev.py test
.PHONY: run test
