"""check_onnx.py MODEL.onnx: the checker of onnx, then onnxruntime on X.npy; writes Y.npy. Exit code 77: not installed."""
import sys

try:
    import numpy
    import onnx
    import onnxruntime
except ImportError as error:
    print(error)
    sys.exit(77)

onnx.checker.check_model(onnx.load(sys.argv[1]), full_check=True)
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
numpy.save("Y.npy", session.run(["Y"], {"X": numpy.load("X.npy")})[0])
